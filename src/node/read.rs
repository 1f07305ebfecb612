//! JavaScript → [`Value`] in one walk, on JavaScript's thread. What DynamoDB could not give back as it was is refused
//! here, by its path: nothing is silently dropped or turned into something else.

use super::js::{Env, Failure, Js, Kind, NoBytes, NoText, Result};
use super::path::Path;
use super::realm::Realm;
use crate::error::{Code, Error};
use crate::marshal::MAX_INTEGER;
use crate::value::{Record, Value};

/// DynamoDB's limit of nested lists and maps below an item.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const MAX_LEVELS: usize = 32;

/// An item holds at most 400 KB, so an argument of more than this can never be stored. The walk ends here, lest it
/// hold up the event loop for nothing; up to here DynamoDB itself is the judge.
const MAX_SIZE: usize = 1 << 20;

/// The value of an argument. `name` is what messages call it.
pub(super) fn from_js(realm: &Realm, name: &'static str, value: Js) -> Result<Value> {
    let mut walk = Walk { realm, env: realm.env, around: Vec::new(), left: MAX_SIZE };
    walk.value(&Path::Argument(name), value)
}

struct Walk<'r> {
    realm: &'r Realm,
    env: Env,
    /// The objects that the walk is inside of, to notice cycles.
    around: Vec<Js>,
    /// How much more may come, in bytes.
    left: usize,
}

fn refused<T>(path: &Path<'_>, problem: &str, remedy: &str) -> Result<T> {
    Err(Failure::Ours(Error::invalid_value(&path.to_string(), problem, remedy)))
}

impl Walk<'_> {
    fn value(&mut self, path: &Path<'_>, value: Js) -> Result<Value> {
        self.spend(path, 1)?;
        match self.env.kind(value)? {
            Kind::Undefined => Ok(Value::Undefined),
            Kind::Null => Ok(Value::Null),
            Kind::Boolean => self.env.as_boolean(value).map(Value::Bool),
            Kind::Number => self.number(path, value),
            Kind::BigInt => self.bigint(path, value),
            Kind::String => self.text(path, value).map(Value::String),
            Kind::Object => self.container(path, value),
            Kind::Function => refused(path, "is a function", "Leave it out, or store what it returns"),
            Kind::Symbol => refused(path, "is a symbol", "Store its description, or leave it out"),
            Kind::External => refused(path, "is an object of native code", "Leave it out"),
        }
    }

    fn spend(&mut self, path: &Path<'_>, size: usize) -> Result<()> {
        match self.left.checked_sub(size) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Failure::Ours(Error::new(
                Code::ItemTooLarge,
                format!("with `{path}`, the argument is larger than 1 MB; an item of DynamoDB holds 400 KB"),
                "Store large data elsewhere, for instance in S3, and its address here",
            ))),
        }
    }

    fn number(&self, path: &Path<'_>, value: Js) -> Result<Value> {
        let number = self.env.as_number(value)?;
        if number.is_finite() {
            return Ok(Value::Number(number));
        }
        let problem = if number.is_nan() { "is NaN" } else { "is infinite" };
        refused(path, problem, "Give a finite number, or null")
    }

    fn bigint(&self, path: &Path<'_>, value: Js) -> Result<Value> {
        match self.env.as_bigint(value)? {
            Some(number) if number.unsigned_abs() <= MAX_INTEGER => Ok(Value::BigInt(number)),
            _ => refused(
                path,
                "is a bigint of more than 38 digits, which DynamoDB's numbers do not have",
                "Store it as a string",
            ),
        }
    }

    fn text(&mut self, path: &Path<'_>, value: Js) -> Result<String> {
        match self.env.as_text(value, self.left)? {
            Ok(text) => {
                self.spend(path, text.len())?;
                Ok(text)
            }
            Err(NoText::TooLong) => self.spend(path, usize::MAX).map(|()| String::new()),
            Err(NoText::NotUnicode) => refused(
                path,
                "has a lone surrogate, so it is not Unicode text",
                "Store bytes as a Uint8Array, or repair the text by its `toWellFormed()`",
            ),
        }
    }

    fn container(&mut self, path: &Path<'_>, value: Js) -> Result<Value> {
        if self.env.is_date(value)? {
            return self.date(path, value);
        }
        if self.env.is_typed_array(value)? {
            return self.bytes(path, value);
        }
        for around in &self.around {
            if self.env.same(*around, value)? {
                return refused(path, "is a cycle: it holds an object that it is inside of", "Leave it out");
            }
        }
        if self.around.len() > MAX_LEVELS {
            return refused(
                path,
                "is nested more than 32 levels deep, which DynamoDB does not store",
                "Flatten it, or store it as JSON text",
            );
        }
        self.around.push(value);
        let env = self.env;
        let read = env.scope(|| self.members(path, value));
        self.around.pop();
        read
    }

    fn members(&mut self, path: &Path<'_>, value: Js) -> Result<Value> {
        if self.env.is_array(value)? {
            return self.list(path, value);
        }
        let realm = self.realm;
        if self.env.same(self.env.prototype(value)?, realm.function(&realm.object_prototype)?)? {
            return self.record(path, value).map(Value::Object);
        }
        // Instances of classes, objects without prototype or of other realms, and everything that is no plain object.
        let kind = realm.call(&realm.kind_of, &[value])?;
        let kind = self.env.as_string(kind)?.unwrap_or_default();
        match kind.as_str() {
            "object" => self.record(path, value).map(Value::Object),
            "array" => self.list(path, value),
            "map" => {
                let entries = self.entries(path, value, |index| match index % 2 {
                    0 => Path::Key(path, index / 2),
                    _ => Path::Entry(path, index / 2),
                })?;
                let mut entries = entries.into_iter();
                let pairs = std::iter::from_fn(|| Some((entries.next()?, entries.next()?)));
                Ok(Value::Map(pairs.collect()))
            }
            "set" => self.entries(path, value, |index| Path::Entry(path, index)).map(Value::Set),
            other => refused(
                path,
                &format!("is {other}, which cannot be stored"),
                "Store a plain value made from it, such as a string, or leave it out",
            ),
        }
    }

    fn date(&self, path: &Path<'_>, value: Js) -> Result<Value> {
        let milliseconds = self.env.date_value(value)?;
        if milliseconds.is_nan() {
            return refused(path, "is an invalid Date", "Give a valid Date, or null");
        }
        // JavaScript's dates are whole milliseconds within ±8.64e15.
        Ok(Value::Date(milliseconds as i64))
    }

    fn bytes(&mut self, path: &Path<'_>, value: Js) -> Result<Value> {
        match self.env.as_bytes(value, self.left)? {
            Ok(bytes) => {
                self.spend(path, bytes.len())?;
                Ok(Value::Bytes(bytes))
            }
            Err(NoBytes::OtherElements) => refused(
                path,
                "is a typed array of another kind than Uint8Array",
                "Store an array of numbers, or its bytes as a Uint8Array",
            ),
            Err(NoBytes::Shared) => {
                refused(path, "is a view of a SharedArrayBuffer", "Copy it: `Uint8Array.from(bytes)`")
            }
            Err(NoBytes::Detached) => {
                refused(path, "is a view of a detached ArrayBuffer", "Copy it before it is moved")
            }
            Err(NoBytes::TooLong) => self.spend(path, usize::MAX).map(|()| Value::Undefined),
        }
    }

    fn list(&mut self, path: &Path<'_>, array: Js) -> Result<Value> {
        let length = match self.env.is_array(array)? {
            true => self.env.array_length(array)? as usize,
            // A proxy of an array.
            false => {
                let length = self.env.named(array, "length")?;
                match self.env.kind(length)? {
                    Kind::Number => self.env.as_number(length)?.clamp(0.0, f64::from(u32::MAX)) as usize,
                    _ => 0,
                }
            }
        };
        self.elements(path, array, length, |index| Path::Element(path, index)).map(Value::List)
    }

    fn entries<'p>(
        &mut self,
        path: &Path<'_>,
        value: Js,
        place: impl Fn(usize) -> Path<'p>,
    ) -> Result<Vec<Value>> {
        let entries = self.realm.call(&self.realm.entries, &[value])?;
        let length = self.env.array_length(entries)? as usize;
        self.elements(path, entries, length, place)
    }

    fn elements<'p>(
        &mut self,
        path: &Path<'_>,
        array: Js,
        length: usize,
        place: impl Fn(usize) -> Path<'p>,
    ) -> Result<Vec<Value>> {
        // Each will count one at least; checked first, for `new Array(4e9)` is quickly said.
        if length > self.left {
            self.spend(path, usize::MAX)?;
        }
        let mut values = Vec::with_capacity(length);
        for index in 0..length {
            let element = self.env.element(array, index as u32)?;
            values.push(self.value(&place(index), element)?);
        }
        Ok(values)
    }

    fn record(&mut self, path: &Path<'_>, object: Js) -> Result<Record> {
        let members = self.realm.call(&self.realm.members, &[object])?;
        if self.env.kind(members)? == Kind::Undefined {
            return self.record_by_names(path, object);
        }
        let number = self.env.as_number(self.env.element(members, 0)?)?;
        let names = self.realm.names(number as usize)?;
        let mut properties = Vec::with_capacity(names.len());
        for (name, index) in names.iter().zip(1..) {
            let place = Path::Property(path, name);
            self.spend(&place, name.len())?;
            let value = self.env.element(members, index)?;
            match self.value(&place, value)? {
                Value::Undefined => {}
                value => properties.push((name.clone(), value)),
            }
        }
        Ok(Record::from_iter(properties))
    }

    /// An object that `members` does not take apart.
    fn record_by_names(&mut self, path: &Path<'_>, object: Js) -> Result<Record> {
        let names = self.env.own_names(object)?;
        let length = self.env.array_length(names)?;
        let mut properties = Vec::with_capacity(length as usize);
        for index in 0..length {
            let key = self.env.element(names, index)?;
            let Some(name) = self.env.as_string(key)? else {
                return refused(path, "has a property whose name is not Unicode text", "Rename the property");
            };
            let place = Path::Property(path, &name);
            self.spend(&place, name.len())?;
            let value = self.env.property(object, key)?;
            match self.value(&place, value)? {
                Value::Undefined => {}
                value => properties.push((name, value)),
            }
        }
        Ok(Record::from_iter(properties))
    }
}
