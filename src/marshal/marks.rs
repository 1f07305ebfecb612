//! [`Marks`], and the paths that they and errors speak of.
//!
//! A path inside an attribute reads as JavaScript would: `profile.tags[3]`, with names that are no plain identifiers
//! as JSON in brackets, `profile["first name"]`. That is unambiguous. The attribute itself has the empty path. Marks
//! follow what is stored, lists of pairs included; errors follow the host's value: `profile.tags.values()[3]`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;

macro_rules! kinds {
    ($($variant:ident = $word:literal),+) => {
        /// What stands at a path.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind { $($variant),+ }

        impl Kind {
            fn word(self) -> &'static str {
                match self { $(Kind::$variant => $word),+ }
            }

            fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Kind::$variant),)+ _ => None }
            }
        }
    };
}

kinds! {
    String = "string", Date = "date", Number = "number", BigInt = "bigint", Undefined = "undefined",
    Object = "object", Map = "map", Set = "set"
}

/// What stands at which path inside one attribute, where its `AttributeValue` alone does not say so. The attribute
/// itself has the empty path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks(BTreeMap<String, Kind>);

impl Marks {
    /// Whether there are none, so that nothing needs to be stored.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they are stored beside the attribute: the kind as S, where there is but that of the attribute itself,
    /// otherwise M from path to kind, with `.` for the attribute itself.
    pub fn to_attribute(&self) -> AttributeValue {
        let word = |kind: &Kind| AttributeValue::S(kind.word().to_owned());
        match (self.0.get(""), self.0.len()) {
            (Some(kind), 1) => word(kind),
            _ => AttributeValue::M(
                self.0.iter().map(|(path, kind)| (stored_path(path).to_owned(), word(kind))).collect(),
            ),
        }
    }

    /// From what is stored; unknown forms are no marks.
    pub fn from_attribute(stored: &AttributeValue) -> Self {
        let kind = |stored: &AttributeValue| stored.as_s().ok().and_then(|word| Kind::from_word(word));
        Marks(match stored {
            AttributeValue::M(marks) => marks
                .iter()
                .filter_map(|(path, stored)| {
                    let path = if path == ITSELF { "" } else { path };
                    Some((path.to_owned(), kind(stored)?))
                })
                .collect(),
            stored => kind(stored).map(|kind| (String::new(), kind)).into_iter().collect(),
        })
    }

    pub(super) fn add(&mut self, path: &Path<'_>, kind: Kind) {
        self.0.insert(path.stored(), kind);
    }

    /// As [`super::read`] follows them down an attribute.
    pub(super) fn tree(&self) -> Node {
        let mut root = Node::default();
        for (path, kind) in &self.0 {
            root.add(path, *kind);
        }
        root
    }
}

/// DynamoDB has no empty attribute names, also inside a map.
const ITSELF: &str = ".";

fn stored_path(path: &str) -> &str {
    if path.is_empty() { ITSELF } else { path }
}

/// Where a walk is: a list of steps up to the attribute, which costs nothing until somebody asks for its text.
pub(super) enum Path<'a> {
    /// The attribute itself.
    Root,
    /// A member of a list.
    Index(&'a Path<'a>, usize),
    /// A property of an object.
    Name(&'a Path<'a>, &'a str),
    /// A property of an object that is stored as a list of pairs: which pair, and its name.
    Property(&'a Path<'a>, usize, &'a str),
    /// A key of a `Map`, by its position: keys may be secret.
    Key(&'a Path<'a>, usize),
    /// A value of a `Map`, by its position.
    Entry(&'a Path<'a>, usize),
    /// A member of a `Set`.
    Member(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// The path in what is stored.
    fn stored(&self) -> String {
        let mut text = String::new();
        self.render(&mut text, true);
        text
    }

    /// The path as the host sees it, beginning with the name of the property.
    pub(super) fn of_property(&self, property: &str) -> String {
        let mut text = property.to_owned();
        self.render(&mut text, false);
        text
    }

    fn render(&self, text: &mut String, stored: bool) {
        let (Path::Index(parent, _)
        | Path::Name(parent, _)
        | Path::Property(parent, _, _)
        | Path::Key(parent, _)
        | Path::Entry(parent, _)
        | Path::Member(parent, _)) = self
        else {
            return;
        };
        parent.render(text, stored);
        // Writing to a String does not fail.
        let _ = match self {
            Path::Property(_, at, _) | Path::Entry(_, at) if stored => write!(text, "[{at}][1]"),
            Path::Key(_, at) if stored => write!(text, "[{at}][0]"),
            Path::Member(_, at) if stored => write!(text, "[{at}]"),
            Path::Key(_, at) => write!(text, ".keys()[{at}]"),
            Path::Entry(_, at) | Path::Member(_, at) => write!(text, ".values()[{at}]"),
            Path::Index(_, at) => write!(text, "[{at}]"),
            Path::Name(_, name) | Path::Property(_, _, name) => {
                push_name(text, name);
                Ok(())
            }
            Path::Root => Ok(()),
        };
    }
}

/// The path of a property of something that errors call `parent`: `user.name`, `user["first name"]`.
pub fn property_path(parent: &str, property: &str) -> String {
    let mut text = parent.to_owned();
    push_name(&mut text, property);
    text
}

fn push_name(text: &mut String, name: &str) {
    if is_identifier(name) {
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(name);
    } else {
        let _ = write!(text, "[{}]", serde_json::Value::from(name));
    }
}

fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$')
}

/// The marks below one place of an attribute.
#[derive(Default)]
pub(super) struct Node {
    /// What stands here, if that is marked.
    pub(super) kind: Option<Kind>,
    names: HashMap<String, Node>,
    indexes: HashMap<usize, Node>,
}

impl Node {
    /// The marks below a property.
    pub(super) fn name(&self, name: &str) -> &Node {
        self.names.get(name).unwrap_or(Node::none())
    }

    /// The marks below a member of a list.
    pub(super) fn index(&self, at: usize) -> &Node {
        self.indexes.get(&at).unwrap_or(Node::none())
    }

    fn none() -> &'static Node {
        static NONE: std::sync::LazyLock<Node> = std::sync::LazyLock::new(Node::default);
        &NONE
    }

    /// Adds a mark; one at a path that is none is left out.
    fn add(&mut self, path: &str, kind: Kind) {
        let mut steps = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            let Some((step, after)) = Step::parse(rest, rest.len() == path.len()) else { return };
            steps.push(step);
            rest = after;
        }
        let mut node = self;
        for step in steps {
            node = match step {
                Step::Index(at) => node.indexes.entry(at).or_default(),
                Step::Name(name) => node.names.entry(name).or_default(),
            };
        }
        node.kind = Some(kind);
    }
}

#[cfg_attr(test, derive(Debug))]
enum Step {
    Index(usize),
    Name(String),
}

impl Step {
    /// The first step of a path, and the rest.
    fn parse(path: &str, is_first: bool) -> Option<(Step, &str)> {
        if let Some(inner) = path.strip_prefix('[') {
            if inner.starts_with('"') {
                let mut names = serde_json::Deserializer::from_str(inner).into_iter::<String>();
                let name = names.next()?.ok()?;
                let rest = inner.get(names.byte_offset()..)?.strip_prefix(']')?;
                return Some((Step::Name(name), rest));
            }
            let (at, rest) = inner.split_once(']')?;
            return Some((Step::Index(at.parse().ok()?), rest));
        }
        let name = if is_first { path } else { path.strip_prefix('.')? };
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (name, rest) = name.split_at(end);
        is_identifier(name).then(|| (Step::Name(name.to_owned()), rest))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with_path<T>(steps: &[Step], parent: &Path<'_>, then: &mut dyn FnMut(&Path<'_>) -> T) -> T {
        match steps {
            [] => then(parent),
            [Step::Index(at), rest @ ..] => with_path(rest, &Path::Index(parent, *at), then),
            [Step::Name(name), rest @ ..] => with_path(rest, &Path::Name(parent, name), then),
        }
    }

    fn marked(node: &Node) -> usize {
        let below = node.names.values().chain(node.indexes.values()).map(marked).sum::<usize>();
        below + usize::from(node.kind.is_some())
    }

    #[test]
    fn paths_read_as_javascript_does() {
        let profile = Path::Name(&Path::Root, "profile");
        let tags = Path::Name(&profile, "tags");
        let third = Path::Index(&tags, 3);
        assert_eq!(third.stored(), "profile.tags[3]");
        assert_eq!(third.of_property("user"), "user.profile.tags[3]");
        assert_eq!(Path::Name(&third, "a.b").stored(), "profile.tags[3][\"a.b\"]");
        assert_eq!(Path::Name(&Path::Root, "").stored(), "[\"\"]");
        assert_eq!(Path::Name(&Path::Root, "9").of_property("user"), "user[\"9\"]");
        assert_eq!(Path::Index(&Path::Root, 0).stored(), "[0]");
        let property = Path::Property(&profile, 2, "name");
        assert_eq!(property.stored(), "profile[2][1]");
        assert_eq!(property.of_property("user"), "user.profile.name");
        let (key, entry, member) = (Path::Key(&tags, 2), Path::Entry(&tags, 2), Path::Member(&tags, 2));
        assert_eq!(key.stored(), "profile.tags[2][0]");
        assert_eq!(key.of_property("user"), "user.profile.tags.keys()[2]");
        assert_eq!(entry.stored(), "profile.tags[2][1]");
        assert_eq!(entry.of_property("user"), "user.profile.tags.values()[2]");
        assert_eq!(member.stored(), "profile.tags[2]");
        assert_eq!(member.of_property("user"), "user.profile.tags.values()[2]");
    }

    #[test]
    fn unknown_forms_are_no_marks() {
        let word = |word: &str| AttributeValue::S(word.into());
        assert!(Marks::from_attribute(&word("regexp")).is_empty());
        assert!(Marks::from_attribute(&AttributeValue::Null(true)).is_empty());
        let marks = HashMap::from([
            ("a".to_owned(), word("regexp")),
            ("b".to_owned(), AttributeValue::Bool(true)),
            ("c".to_owned(), word("date")),
        ]);
        let marks = Marks::from_attribute(&AttributeValue::M(marks));
        assert_eq!(marks, Marks(BTreeMap::from([("c".to_owned(), Kind::Date)])));
        for path in ["a..b", ".a", "a.", "[x]", "[", "[\"a", "[\"a\"x", "a b", "[1]a", "[-1]"] {
            let marks = Marks(BTreeMap::from([(path.to_owned(), Kind::Date)]));
            assert_eq!(marked(&marks.tree()), 0, "{path}");
        }
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<usize>().prop_map(Step::Index),
            "[a-z$_][a-z0-9$_]{0,5}".prop_map(Step::Name),
            "[.\\[\\]\"\\\\0-9a ]{0,6}".prop_map(Step::Name),
            ".{0,6}".prop_map(Step::Name),
        ]
    }

    proptest! {
        #[test]
        fn every_path_leads_to_its_place(paths in proptest::collection::vec(proptest::collection::vec(step(), 0..5), 0..5)) {
            let mut marks = Marks::default();
            for path in &paths {
                with_path(path, &Path::Root, &mut |path| marks.add(path, Kind::Set));
            }
            let stored = Marks::from_attribute(&marks.to_attribute());
            prop_assert_eq!(&stored, &marks);
            let tree = stored.tree();
            // As many places as paths: two of them share one text only if they are one.
            prop_assert_eq!(marked(&tree), marks.0.len());
            for path in &paths {
                let place = path.iter().fold(&tree, |node, step| match step {
                    Step::Index(at) => node.index(*at),
                    Step::Name(name) => node.name(name),
                });
                prop_assert_eq!(place.kind, Some(Kind::Set));
            }
        }

        #[test]
        fn no_stored_path_is_too_odd(path in "[a.\\[\\]\"\\\\0-9]{0,12}") {
            let _ = Marks(BTreeMap::from([(path, Kind::Date)])).tree();
        }
    }
}
