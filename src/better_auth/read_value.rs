//! Plain objects of the host → what the core works with. Their shapes are the host's to check for users; what fails
//! here names the field.

use crate::error::{Code, Error, Result};
use crate::value::{Record, Value};

/// An object that is read field by field.
pub(super) struct Reader<'a> {
    name: &'static str,
    pub(super) record: &'a Record,
}

impl<'a> Reader<'a> {
    pub(super) fn new(name: &'static str, record: &'a Record) -> Self {
        Reader { name, record }
    }

    pub(super) fn of_value(name: &'static str, value: &'a Value) -> Result<Self> {
        match value {
            Value::Object(record) => Ok(Reader { name, record }),
            _ => Err(invalid(&format!("`{name}` is not an object"), "Give an object")),
        }
    }

    fn get(&self, field: &str) -> Option<&'a Value> {
        self.record.get(field).filter(|value| !value.is_nullish())
    }

    fn read<T>(
        &self,
        field: &str,
        what: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let problem = || invalid(&format!("`{}.{field}` is not {what}", self.name), &format!("Give {what}"));
        read(value).map(Some).ok_or_else(problem)
    }

    pub(super) fn text(&self, field: &str) -> Result<Option<&'a str>> {
        self.read(field, "a string", Value::as_str)
    }

    pub(super) fn required(&self, field: &str) -> Result<&'a str> {
        self.text(field)?
            .ok_or_else(|| invalid(&format!("`{}.{field}` is missing", self.name), "Give a string"))
    }

    pub(super) fn flag(&self, field: &str) -> Result<Option<bool>> {
        self.read(field, "true or false", |value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A whole number that is not negative.
    pub(super) fn size(&self, field: &str) -> Result<Option<usize>> {
        self.read(field, "a whole number", |value| match value {
            // What is beyond any number of rows means no limit.
            Value::Number(number) if *number >= 0.0 => Some(*number as usize),
            _ => None,
        })
    }

    pub(super) fn list(&self, field: &str) -> Result<&'a [Value]> {
        let list = self.read(field, "an array", |value| match value {
            Value::List(values) => Some(values.as_slice()),
            _ => None,
        })?;
        Ok(list.unwrap_or_default())
    }

    pub(super) fn object(&self, field: &str) -> Result<Option<&'a Record>> {
        self.read(field, "an object", |value| match value {
            Value::Object(record) => Some(record),
            _ => None,
        })
    }

    /// The properties of an object that are there.
    pub(super) fn entries(&self, field: &str) -> Result<Vec<(&'a str, &'a Value)>> {
        let entries = self.object(field)?.into_iter().flat_map(Record::iter);
        Ok(entries.filter(|(_, value)| !value.is_nullish()).collect())
    }
}

pub(super) fn invalid(problem: &str, remedy: &str) -> Error {
    Error::new(Code::InvalidConfig, problem, remedy)
}
