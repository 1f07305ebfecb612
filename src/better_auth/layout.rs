//! Which table, keys, indexes and claims each model of Better Auth's schema has: said by the configuration, or derived
//! from the schema.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::known::{self, Known};
use super::read_value::{Reader, invalid};
use crate::error::{Code, Error, Result};
use crate::tables::{IndexDefinition, IndexProjection, KeySchema, TableDefinition};
use crate::value::{Record, Value};

/// Where a model's rows are looked up when nothing else is said.
pub(super) const ID: &str = "id";
/// The table of claims, after the prefix.
const CLAIMS: &str = "claims";
/// The partition key of the table of claims.
pub(super) const CLAIM: &str = "claim";
/// The partition key of ebratz's table of emails, and the attribute that names the user.
pub(super) const EMAIL: &str = "email";
/// See [`EMAIL`].
pub(super) const USER_ID: &str = "userId";
/// The entry of `tables` that is not a model.
const EMAIL_LOOKUPS: &str = "emailLookups";
/// The Number attribute that TTL looks at, unless `ttlAttribute` names another.
const TTL_ATTRIBUTE: &str = "_ttl";
/// What tables of models are called before the model's name.
const TABLE_PREFIX: &str = "better-auth-";
/// Indexes of one table: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>.
const MOST_INDEXES: usize = 20;
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Tables, keys, indexes and claims of all models, and the options of the adapter.
#[derive(Debug)]
pub struct Layout {
    pub(super) models: Vec<Arc<Model>>,
    by_name: HashMap<String, Arc<Model>>,
    /// The table of claims.
    pub(super) claims: String,
    /// ebratz's table of emails, with `enableEmailUniqueness`.
    pub(super) email_lookups: Option<String>,
    /// Whether ids are numbers that the database gives.
    pub(super) serial: bool,
    /// Whether the configuration names the tables, by `tables`.
    pub(super) is_declared: bool,
    pub(super) settings: Settings,
}

/// The options that do not concern tables.
#[derive(Debug)]
pub(super) struct Settings {
    /// Refuse what `@ebratz/dynamodb-better-auth` refuses.
    pub(super) strict: bool,
    /// Warn when `count` reads more items than this; 0: never.
    pub(super) warn_on_large_count: usize,
    /// `updateMany` puts whole items, 25 a request, without conditions.
    pub(super) unsafe_batch_update: bool,
    /// How many rows `updateMany` and `deleteMany` write at once.
    pub(super) concurrency: usize,
    /// More rows than this are refused by `updateMany`; 0: no limit.
    pub(super) max_update_many: usize,
    /// More rows than this are refused by `deleteMany`; 0: no limit.
    pub(super) max_delete_many: usize,
    /// More items than this are refused by a `findMany` that has to read a whole table to sort it; 0: no limit.
    pub(super) max_scan: usize,
    /// Whether reads by key are strongly consistent.
    pub(super) consistent_reads: bool,
    /// The Number attribute with the epoch second of a row's end.
    pub(super) ttl_attribute: String,
}

/// A model, such as `user`.
#[derive(Debug)]
pub(super) struct Model {
    /// Its name in Better Auth's documentation.
    pub(super) key: String,
    /// What Better Auth calls it towards the adapter.
    pub(super) name: String,
    pub(super) table: String,
    /// All fields, the id first.
    pub(super) fields: Vec<Field>,
    pub(super) partition_key: String,
    pub(super) sort_key: Option<String>,
    pub(super) indexes: Vec<Index>,
    pub(super) uniques: Vec<Unique>,
    pub(super) expiry: Option<Expiry>,
    /// Whether expired rows are left to TTL, so that sweeping them is no work.
    pub(super) leaves_expired: bool,
}

/// A field of a model.
#[derive(Debug)]
pub(super) struct Field {
    /// Its attribute.
    pub(super) name: String,
    /// Its name in Better Auth's documentation.
    pub(super) logical: String,
    pub(super) kind: Kind,
    /// Whether every row has it.
    pub(super) required: bool,
    /// Whether it is in a key of the table.
    pub(super) in_key: bool,
    /// Whether it is in a key of an index, which holds no NULL and no empty string.
    pub(super) in_index: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Number,
    Boolean,
    Date,
    /// Objects, arrays, anything.
    Other,
}

/// An index of a model's table.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) partition_key: String,
    pub(super) sort_key: Option<String>,
    pub(super) projection: IndexProjection,
}

/// Fields whose values together belong to one row.
#[derive(Debug, Clone)]
pub(super) struct Unique {
    /// Attributes, in the order of the claim.
    pub(super) fields: Vec<String>,
    pub(super) holder: Holder,
}

/// Which table holds a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// The table of claims.
    Claims,
    /// ebratz's table of emails.
    EmailLookups,
}

/// When a row ends.
#[derive(Debug)]
pub(super) struct Expiry {
    /// The field with the time.
    pub(super) field: String,
    /// How many milliseconds after that.
    pub(super) after: i64,
}

/// What the configuration says about tables.
struct Tables {
    declared: Option<HashMap<String, String>>,
    prefix: String,
    indexes: HashMap<String, Vec<Index>>,
    keys: HashMap<String, Vec<String>>,
    uniqueness: bool,
    email_uniqueness: bool,
    leaves_expired: bool,
    number_ids: bool,
    /// Milliseconds that a rate limit's row is of use after its last request.
    rate_limit_lifetime: i64,
}

impl Layout {
    /// The layout that a configuration and a schema give: both plain objects whose shapes the host has checked.
    /// `INVALID_CONFIG` if they contradict each other or DynamoDB's limits.
    pub fn new(config: &Record, schema: &Value) -> Result<Layout> {
        let config = Reader::new("config", config);
        let schema = Reader::of_value("schema", schema)?;
        let tables = Tables::read(&config, &schema)?;
        let mut models = Vec::new();
        for model in schema.list("models")? {
            models.push(Arc::new(Model::read(&Reader::of_value("schema.models", model)?, &tables)?));
        }
        let mut by_name = HashMap::new();
        for model in &models {
            by_name.insert(model.key.clone(), Arc::clone(model));
        }
        // What Better Auth calls a model wins over another model's own name.
        for model in &models {
            by_name.insert(model.name.clone(), Arc::clone(model));
        }
        Ok(Layout {
            claims: tables.named(CLAIMS).unwrap_or_else(|| format!("{}{CLAIMS}", tables.prefix)),
            email_lookups: tables.named(EMAIL_LOOKUPS).filter(|_| tables.email_uniqueness),
            serial: tables.number_ids,
            is_declared: tables.declared.is_some(),
            settings: Settings::read(&config, tables.declared.is_some())?,
            models,
            by_name,
        })
    }

    /// The definitions of all tables, those of claims included.
    pub fn tables(&self) -> Vec<TableDefinition> {
        let mut tables: Vec<TableDefinition> = Vec::new();
        for table in self.models.iter().map(|model| self.table_of(model)) {
            // Two models in one table: it has the indexes of both.
            match tables.iter_mut().find(|other| other.name == table.name) {
                Some(other) => {
                    let missing =
                        |index: &IndexDefinition| !other.indexes.iter().any(|own| own.name == index.name);
                    let more: Vec<_> = table.indexes.into_iter().filter(missing).collect();
                    other.indexes.extend(more);
                    other.number_attributes.extend(table.number_attributes);
                    other.number_attributes.sort();
                    other.number_attributes.dedup();
                }
                None => tables.push(table),
            }
        }
        if self.needs_claims() {
            tables.push(self.sidecar(&self.claims, CLAIM, Some(&self.settings.ttl_attribute)));
        }
        if let Some(table) = &self.email_lookups {
            tables.push(self.sidecar(table, EMAIL, None));
        }
        tables
    }

    fn needs_claims(&self) -> bool {
        self.serial
            || self
                .models
                .iter()
                .any(|model| model.uniques.iter().any(|unique| unique.holder == Holder::Claims))
    }

    fn sidecar(&self, table: &str, key: &str, ttl_attribute: Option<&str>) -> TableDefinition {
        TableDefinition {
            name: table.to_owned(),
            key: KeySchema { partition_key: key.to_owned(), sort_key: None },
            indexes: Vec::new(),
            number_attributes: Vec::new(),
            ttl_attribute: ttl_attribute.map(str::to_owned),
        }
    }

    fn table_of(&self, model: &Model) -> TableDefinition {
        let indexes = model.indexes.iter().map(|index| IndexDefinition {
            name: index.name.clone(),
            key: KeySchema { partition_key: index.partition_key.clone(), sort_key: index.sort_key.clone() },
            projection: index.projection.clone(),
        });
        let is_number_key = |field: &&Field| field.kind == Kind::Number && (field.in_key || field.in_index);
        TableDefinition {
            name: model.table.clone(),
            key: KeySchema { partition_key: model.partition_key.clone(), sort_key: model.sort_key.clone() },
            indexes: indexes.collect(),
            number_attributes: model
                .fields
                .iter()
                .filter(is_number_key)
                .map(|field| field.name.clone())
                .collect(),
            ttl_attribute: model.expiry.as_ref().map(|_| self.settings.ttl_attribute.clone()),
        }
    }

    /// The model of a name that Better Auth uses. `INVALID_CONFIG` if the schema has none.
    pub(super) fn model(&self, name: &str) -> Result<&Arc<Model>> {
        self.by_name.get(name).ok_or_else(|| {
            Error::new(
                Code::InvalidConfig,
                format!("Better Auth's schema has no model \"{name}\""),
                "Add the plugin that brings it to `plugins` of betterAuth()",
            )
        })
    }
}

impl Settings {
    fn read(config: &Reader<'_>, declared: bool) -> Result<Self> {
        // ebratz's limits are for ebratz's tables; nothing of ours fails because somebody has many sessions.
        let most = if declared { 1000 } else { 0 };
        Ok(Settings {
            strict: config.flag("strict")?.unwrap_or(false),
            warn_on_large_count: config.size("warnOnLargeCount")?.unwrap_or(10_000),
            unsafe_batch_update: config.flag("unsafeBatchUpdate")?.unwrap_or(false),
            concurrency: config.size("updateManyConcurrency")?.unwrap_or(10).max(1),
            max_update_many: config.size("maxUpdateManyItems")?.unwrap_or(most),
            max_delete_many: config.size("maxDeleteManyItems")?.unwrap_or(most),
            max_scan: config.size("maxScanItems")?.unwrap_or(10_000),
            consistent_reads: config.flag("consistentReads")?.unwrap_or(true),
            ttl_attribute: config.text("ttlAttribute")?.unwrap_or(TTL_ATTRIBUTE).to_owned(),
        })
    }
}

impl Tables {
    fn read(config: &Reader<'_>, schema: &Reader<'_>) -> Result<Self> {
        let mut indexes = HashMap::new();
        for (model, declared) in config.entries("indexes")? {
            let declared = Reader::of_value("config.indexes", declared)?;
            let read = declared.record.iter().filter(|(_, value)| !value.is_nullish());
            let read = read.map(|(_, index)| Index::read(&Reader::of_value("config.indexes", index)?));
            indexes.insert(model.to_owned(), read.collect::<Result<Vec<_>>>()?);
        }
        let mut keys = HashMap::new();
        for (model, key) in config.entries("keySchemas")? {
            let key = Reader::of_value("config.keySchemas", key)?;
            let sort_key = key.text("skField")?;
            let fields = [Some(key.required("pkField")?), sort_key].into_iter().flatten().map(str::to_owned);
            keys.insert(model.to_owned(), fields.collect());
        }
        let declared = match config.record.get("tables") {
            None | Some(Value::Undefined | Value::Null) => None,
            Some(tables) => {
                let tables = Reader::of_value("config.tables", tables)?;
                let name =
                    |(model, name): (&str, &Value)| Some((model.to_owned(), name.as_str()?.to_owned()));
                Some(tables.record.iter().filter_map(name).collect::<HashMap<_, _>>())
            }
        };
        // Only the sidecars named: everything else follows from the schema.
        let declared =
            declared.filter(|tables| tables.keys().any(|name| name != CLAIMS && name != EMAIL_LOOKUPS));
        let email_uniqueness = config.flag("enableEmailUniqueness")?.unwrap_or(false);
        let has_lookups = declared.as_ref().is_some_and(|tables| tables.contains_key(EMAIL_LOOKUPS));
        if email_uniqueness && declared.is_some() && !has_lookups {
            return Err(invalid("`enableEmailUniqueness` needs a table", "Name it in `tables.emailLookups`"));
        }
        let window = schema.record.get("longestRateLimitWindow");
        let window = match window {
            Some(Value::Number(seconds)) if *seconds > 0.0 => (*seconds * 1000.0) as i64,
            _ => 0,
        };
        Ok(Tables {
            uniqueness: config.flag("uniqueness")?.unwrap_or(declared.is_none()),
            email_uniqueness: email_uniqueness && has_lookups,
            leaves_expired: declared.is_none() || config.text("ttlAttribute")?.is_some(),
            number_ids: schema.text("idType")? == Some("number"),
            rate_limit_lifetime: DAY.max(2 * window),
            prefix: config.text("tablePrefix")?.unwrap_or(TABLE_PREFIX).to_owned(),
            declared,
            indexes,
            keys,
        })
    }

    fn named(&self, name: &str) -> Option<String> {
        self.declared.as_ref().and_then(|tables| tables.get(name)).cloned()
    }

    /// The table of a model. In a declared configuration, one that is not named has the model's own name.
    fn table(&self, key: &str, name: &str) -> String {
        match &self.declared {
            Some(tables) => {
                tables.get(key).or_else(|| tables.get(name)).cloned().unwrap_or_else(|| name.to_owned())
            }
            None => format!("{}{name}", self.prefix),
        }
    }
}

impl Index {
    fn read(index: &Reader<'_>) -> Result<Self> {
        let projection = match index.record.get("projection") {
            None | Some(Value::Undefined | Value::Null) => IndexProjection::All,
            Some(Value::String(kind)) if kind == "ALL" => IndexProjection::All,
            Some(Value::String(kind)) if kind == "KEYS_ONLY" => IndexProjection::KeysOnly,
            Some(other) => {
                let other = Reader::of_value("config.indexes.projection", other)?;
                let names = other.list("include")?.iter().filter_map(|name| name.as_str().map(str::to_owned));
                IndexProjection::Include(names.collect())
            }
        };
        Ok(Index {
            name: index.required("indexName")?.to_owned(),
            partition_key: index.required("hashKey")?.to_owned(),
            sort_key: index.text("rangeKey")?.map(str::to_owned),
            projection,
        })
    }

    /// The index on one or two fields, named after them.
    fn on(partition_key: &str, sort_key: Option<&str>) -> Self {
        // What DynamoDB takes in a name.
        let word = |name: &str| {
            name.chars()
                .map(|c| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' })
                .collect::<String>()
        };
        let name = match sort_key {
            Some(sort_key) => format!("{}-{}-index", word(partition_key), word(sort_key)),
            None => format!("{}-index", word(partition_key)),
        };
        Index {
            name,
            partition_key: partition_key.to_owned(),
            sort_key: sort_key.map(str::to_owned),
            projection: IndexProjection::All,
        }
    }
}

impl Kind {
    /// Whether DynamoDB takes it in a key.
    pub(super) fn fits_a_key(self) -> bool {
        matches!(self, Kind::String | Kind::Number | Kind::Date)
    }
}

impl Model {
    fn read(entry: &Reader<'_>, tables: &Tables) -> Result<Self> {
        let (key, name) = (entry.required("key")?, entry.required("name")?);
        let id = if tables.number_ids { Kind::Number } else { Kind::String };
        let mut fields = vec![Field::new(ID, ID, id, true)];
        let mut marked = Vec::new();
        let mut unique = Vec::new();
        for field in entry.list("fields")? {
            let field = Reader::of_value("schema.models.fields", field)?;
            let (name, logical) = (field.required("name")?, field.required("logical")?);
            let references = match field.record.get("references") {
                Some(Value::Object(references)) => references.get_str("field"),
                _ => None,
            };
            let kind = match field.text("type")? {
                // References to numeric ids are stored as numbers.
                _ if references == Some(ID) && tables.number_ids => Kind::Number,
                Some("string") => Kind::String,
                Some("number") => Kind::Number,
                Some("boolean") => Kind::Boolean,
                Some("date") => Kind::Date,
                Some(_) => Kind::Other,
                // A list of the strings it takes.
                None => Kind::String,
            };
            let is_unique = field.flag("unique")?.unwrap_or(false);
            if is_unique && name != ID {
                unique.push(vec![name.to_owned()]);
            }
            if is_unique || references.is_some() || field.flag("index")?.unwrap_or(false) {
                marked.push(vec![name.to_owned()]);
            }
            if name != ID {
                let required = field.flag("required")?.unwrap_or(true);
                fields.push(Field::new(name, logical, kind, required));
            }
        }
        for index in entry.list("indexes")? {
            let index = Reader::of_value("schema.models.indexes", index)?;
            let names: Vec<String> =
                index.list("fields")?.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
            if names.is_empty() {
                continue;
            }
            if index.flag("unique")?.unwrap_or(false) {
                unique.push(names.clone());
            }
            marked.push(names);
        }

        let known = known::of(key);
        let mut model = Model {
            table: tables.table(key, name),
            partition_key: ID.to_owned(),
            sort_key: None,
            indexes: Vec::new(),
            uniques: Vec::new(),
            expiry: None,
            leaves_expired: tables.leaves_expired,
            key: key.to_owned(),
            name: name.to_owned(),
            fields,
        };
        model.set_key(known, tables)?;
        model.set_indexes(known, marked, tables)?;
        model.set_uniques(known, unique, tables);
        model.set_expiry(tables);
        for field in &mut model.fields {
            let is = |name: &String| *name == field.name;
            field.in_key = is(&model.partition_key) || model.sort_key.as_ref().is_some_and(is);
            field.in_index = model
                .indexes
                .iter()
                .any(|index| is(&index.partition_key) || index.sort_key.as_ref().is_some_and(is));
        }
        Ok(model)
    }

    fn set_key(&mut self, known: &Known, tables: &Tables) -> Result<()> {
        let declared = tables.keys.get(&self.key).or_else(|| tables.keys.get(&self.name));
        let names: Vec<String> = match declared {
            Some(names) => names.clone(),
            None => {
                let names = if tables.declared.is_some() { known.declared_key } else { known.key };
                // A schema of another version may lack a field.
                let there = names.iter().all(|name| self.find(name).is_some());
                if there {
                    names.iter().map(|name| (*name).to_owned()).collect()
                } else {
                    vec![ID.to_owned()]
                }
            }
        };
        let mut key = Vec::new();
        for name in &names {
            let Some(field) = self.find(name) else {
                let problem =
                    format!("The key of the model \"{}\" has `{name}`, which its schema lacks", self.key);
                return Err(invalid(&problem, "Name a field of the model in `keySchemas`"));
            };
            if !field.kind.fits_a_key() {
                let problem = format!(
                    "The key of the model \"{}\" has `{name}`, which is no string, number or date",
                    self.key
                );
                return Err(invalid(&problem, "Name another field in `keySchemas`"));
            }
            key.push(field.name.clone());
        }
        let mut key = key.into_iter();
        self.partition_key = key.next().unwrap_or_else(|| ID.to_owned());
        self.sort_key = key.next();
        Ok(())
    }

    fn set_indexes(&mut self, known: &Known, marked: Vec<Vec<String>>, tables: &Tables) -> Result<()> {
        let declared = tables.indexes.get(&self.key).or_else(|| tables.indexes.get(&self.name));
        for index in declared.into_iter().flatten() {
            let attribute =
                |name: &String| self.find(name).map_or_else(|| name.clone(), |field| field.name.clone());
            let index = Index {
                partition_key: attribute(&index.partition_key),
                sort_key: index.sort_key.as_ref().map(attribute),
                ..index.clone()
            };
            self.indexes.push(index);
        }
        if tables.declared.is_none() {
            let known =
                known.indexes.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect());
            let all: Vec<Vec<String>> = known.chain(marked).collect();
            for names in all {
                self.add_index(&names);
            }
        }
        if self.indexes.len() > MOST_INDEXES {
            let problem = format!(
                "The model \"{}\" has {} indexed fields; a table of DynamoDB has {MOST_INDEXES} indexes at most",
                self.key,
                self.indexes.len()
            );
            return Err(invalid(&problem, "Mark fewer fields with `index`, `unique` or `references`"));
        }
        Ok(())
    }

    /// Adds the index that serves these fields, unless there is one, or the table's own key does.
    fn add_index(&mut self, names: &[String]) {
        let key_kind = |name: &String| self.find(name).filter(|field| field.kind.fits_a_key());
        let Some(partition_key) = names.first().and_then(key_kind).map(|field| field.name.clone()) else {
            return;
        };
        let sort_key = names.get(1).and_then(key_kind).map(|field| field.name.clone());
        // An index with a sort key lacks the items that lack it.
        let holds_all = |own_sort: &Option<String>| {
            own_sort.as_ref().is_none_or(|own| self.field(own).is_some_and(|field| field.required))
        };
        let serves = |own: &str, own_sort: &Option<String>| {
            own == partition_key && (*own_sort == sort_key || (sort_key.is_none() && holds_all(own_sort)))
        };
        if serves(&self.partition_key, &self.sort_key)
            || self.indexes.iter().any(|index| serves(&index.partition_key, &index.sort_key))
        {
            return;
        }
        self.indexes.push(Index::on(&partition_key, sort_key.as_deref()));
    }

    fn set_uniques(&mut self, known: &Known, unique: Vec<Vec<String>>, tables: &Tables) {
        if tables.email_uniqueness && self.key == "user" {
            let email = self.find(EMAIL).map(|field| field.name.clone());
            self.uniques
                .extend(email.map(|email| Unique { fields: vec![email], holder: Holder::EmailLookups }));
        }
        if !tables.uniqueness {
            return;
        }
        let known = known.unique.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let mut all: Vec<Vec<String>> = known.chain(unique).collect();
        if self.key_fields() != [ID] && known::has_id_claim(&self.key) {
            all.insert(0, vec![ID.to_owned()]);
        }
        for names in all {
            let Some(names) = names
                .iter()
                .map(|name| self.find(name).map(|field| field.name.clone()))
                .collect::<Option<Vec<String>>>()
            else {
                continue;
            };
            let is_key = names.iter().collect::<HashSet<_>>() == self.key_fields().iter().collect();
            let is_there = self.uniques.iter().any(|unique| unique.fields == names);
            if !is_key && !is_there {
                self.uniques.push(Unique { fields: names, holder: Holder::Claims });
            }
        }
    }

    fn set_expiry(&mut self, tables: &Tables) {
        let (name, after) = match self.key.as_str() {
            "rateLimit" => ("lastRequest", tables.rate_limit_lifetime),
            _ => ("expiresAt", 0),
        };
        if known::outlives_expiry(&self.key) {
            return;
        }
        let field = self.find(name).filter(|field| matches!(field.kind, Kind::Date | Kind::Number));
        self.expiry = field.map(|field| Expiry { field: field.name.clone(), after });
    }

    /// The field of an attribute, or of a name of Better Auth's documentation.
    fn find(&self, name: &str) -> Option<&Field> {
        self.field(name).or_else(|| self.fields.iter().find(|field| field.logical == name))
    }

    /// The field of an attribute.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The attributes of the table's key.
    pub(super) fn key_fields(&self) -> Vec<String> {
        std::iter::once(&self.partition_key).chain(&self.sort_key).cloned().collect()
    }

    /// Whether a change of this field changes more than the row: its key or a claim.
    pub(super) fn is_structural(&self, name: &str) -> bool {
        self.partition_key == name
            || self.sort_key.as_deref() == Some(name)
            || self.uniques.iter().any(|unique| unique.fields.iter().any(|field| field == name))
            // The claims end with the row.
            || (!self.uniques.is_empty() && self.expiry.as_ref().is_some_and(|expiry| expiry.field == name))
    }
}

impl Field {
    fn new(name: &str, logical: &str, kind: Kind, required: bool) -> Self {
        let (name, logical) = (name.to_owned(), logical.to_owned());
        Field { name, logical, kind, required, in_key: false, in_index: false }
    }
}
