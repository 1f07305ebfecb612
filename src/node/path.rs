//! Where a value stands in its argument, for messages: `user.profile.tags[3]`. Put together only when it is needed.

use std::fmt;

/// A place, known by the place around it.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// The argument itself, by its name.
    Argument(&'static str),
    /// A property of an object.
    Property(&'a Path<'a>, &'a str),
    /// An element of an array.
    Element(&'a Path<'a>, usize),
    /// A key of a `Map`, by its position.
    Key(&'a Path<'a>, usize),
    /// A value of a `Map` or `Set`, by its position: keys may be secret.
    Entry(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Argument(name) => f.write_str(name),
            Path::Property(around, name) if is_identifier(name) => write!(f, "{around}.{name}"),
            Path::Property(around, name) => write!(f, "{around}[{name:?}]"),
            Path::Element(around, index) => write!(f, "{around}[{index}]"),
            Path::Key(around, index) => write!(f, "{around}.keys()[{index}]"),
            Path::Entry(around, index) => write!(f, "{around}.values()[{index}]"),
        }
    }
}

/// Whether a property is written with a dot in JavaScript.
fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '$'))
        && characters.all(|next| next.is_alphanumeric() || matches!(next, '_' | '$'))
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn reads_like_javascript() {
        let user = Path::Argument("user");
        let profile = Path::Property(&user, "profile");
        let odd = Path::Property(&profile, "a \"b\"");
        let tags = Path::Property(&odd, "tags");
        let third = Path::Element(&tags, 3);
        assert_eq!(Path::Key(&third, 0).to_string(), r#"user.profile["a \"b\""].tags[3].keys()[0]"#);
        assert_eq!(Path::Entry(&user, 1).to_string(), "user.values()[1]");
        assert_eq!(Path::Property(&user, "").to_string(), r#"user[""]"#);
        assert_eq!(Path::Property(&user, "1st").to_string(), r#"user["1st"]"#);
    }
}
