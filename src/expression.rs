//! The parts of a request that are written in DynamoDB's expression language: one table of placeholders a request,
//! shared by all of its expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// `ExpressionAttributeNames` and `ExpressionAttributeValues`. Every name and value goes through here, so that no
/// property's name can be taken for syntax or a reserved word.
#[derive(Default)]
pub(crate) struct Placeholders {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Placeholders {
    /// The placeholder of an attribute name, the same one each time.
    pub(crate) fn name(&mut self, attribute: &str) -> String {
        let at = self.names.iter().position(|name| name == attribute).unwrap_or_else(|| {
            self.names.push(attribute.to_owned());
            self.names.len() - 1
        });
        format!("#{at}")
    }

    /// The placeholder of a value.
    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        self.values.push(value);
        format!(":{}", self.values.len() - 1)
    }

    /// The placeholder of a string value.
    pub(crate) fn string(&mut self, value: &str) -> String {
        self.value(AttributeValue::S(value.to_owned()))
    }

    /// An update expression that gives each attribute its value, or removes it where there is none.
    pub(crate) fn update(&mut self, changes: Vec<(String, Option<AttributeValue>)>) -> String {
        let mut set = Vec::new();
        let mut remove = Vec::new();
        for (attribute, value) in changes {
            let name = self.name(&attribute);
            match value {
                Some(value) => set.push(format!("{name}={}", self.value(value))),
                None => remove.push(name),
            }
        }
        let clause = |keyword: &str, parts: Vec<String>| {
            (!parts.is_empty()).then(|| format!("{keyword} {}", parts.join(",")))
        };
        [clause("SET", set), clause("REMOVE", remove)].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// For `set_expression_attribute_names`: `None` where there are none, as DynamoDB refuses an empty map.
    pub(crate) fn take_names(&mut self) -> Option<HashMap<String, String>> {
        let names = std::mem::take(&mut self.names);
        (!names.is_empty())
            .then(|| names.into_iter().enumerate().map(|(at, name)| (format!("#{at}"), name)).collect())
    }

    /// For `set_expression_attribute_values`, likewise.
    pub(crate) fn take_values(&mut self) -> Option<HashMap<String, AttributeValue>> {
        let values = std::mem::take(&mut self.values);
        (!values.is_empty())
            .then(|| values.into_iter().enumerate().map(|(at, value)| (format!(":{at}"), value)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_placeholder_and_each_value_its_own() {
        let mut placeholders = Placeholders::default();
        assert_eq!(placeholders.name("size"), "#0");
        assert_eq!(placeholders.name("a.b"), "#1");
        assert_eq!(placeholders.name("size"), "#0");
        assert_eq!(placeholders.string("x"), ":0");
        assert_eq!(placeholders.string("x"), ":1");
        assert_eq!(placeholders.take_names().unwrap()["#1"], "a.b");
        assert_eq!(placeholders.take_values().unwrap().len(), 2);
        assert!(placeholders.take_names().is_none());
    }

    #[test]
    fn an_update_sets_what_has_a_value_and_removes_the_rest() {
        let mut placeholders = Placeholders::default();
        let yes = Some(AttributeValue::Bool(true));
        let update = |p: &mut Placeholders, changes: &[(&str, Option<AttributeValue>)]| {
            p.update(changes.iter().map(|(name, value)| (name.to_string(), value.clone())).collect())
        };
        assert_eq!(
            update(&mut placeholders, &[("a", yes.clone()), ("b", None), ("c", yes.clone())]),
            "SET #0=:0,#2=:1 REMOVE #1"
        );
        assert_eq!(update(&mut Placeholders::default(), &[("a", yes)]), "SET #0=:0");
        assert_eq!(update(&mut Placeholders::default(), &[("b", None)]), "REMOVE #0");
    }
}
