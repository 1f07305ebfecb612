//! Changes of rows as the actions of one transaction: the rows themselves, and the claims that they take, keep and let
//! go.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};

use super::Adapter;
use super::claim::{self, Claim};
use super::condition::Guard;
use super::layout::{Holder, Layout, Model};
use super::row::to_row;
use super::where_clause::Where;
use crate::client::{Check, Item, Transaction};
use crate::error::{Code, Error, Result};
use crate::expression::Placeholders;

/// Actions of one transaction: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>.
const MOST_ACTIONS: usize = 100;
/// Bytes of one transaction, from the same place.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How often stale claims are taken over in one write.
const MOST_TAKEOVERS: usize = 5;

/// What a row was and is to be.
pub(super) struct Change {
    pub(super) model: Arc<Model>,
    /// As it was read; `None`: it must not be there.
    pub(super) before: Option<Item>,
    /// `None`: it is to be deleted.
    pub(super) after: Option<Item>,
    pub(super) guard: Guarded,
}

/// What must be so of a row that is there.
#[derive(Clone)]
pub(super) enum Guarded {
    /// Nobody has changed it.
    Unchanged,
    /// It still answers the clause, and has the claims that it had.
    Answering(Where),
}

/// How the writing of changes ended.
#[derive(Debug)]
pub(super) enum Written {
    /// All is done: so many actions.
    Done(usize),
    /// Another was faster; nothing is done.
    Conflict,
}

/// What an action's condition is about.
enum Meaning {
    NewRow {
        model: Arc<Model>,
    },
    OldRow,
    Claim {
        model: Arc<Model>,
        claim: Claim,
    },
    /// A claim that the row lets go.
    Release {
        key: String,
    },
}

struct Action {
    item: TransactWriteItem,
    meaning: Meaning,
}

/// A claim, and whose it was and is to be.
struct Handover {
    model: Arc<Model>,
    claim: Claim,
    before: Option<Item>,
    after: Option<Item>,
}

/// Claims that are not what they seem, by their keys: those whose rows are gone, and whom they name; those that a row
/// would let go, but that are not its own.
type Takeovers = HashMap<String, AttributeValue>;

impl Adapter {
    /// Writes all of the changes or none. A taken id or unique value is an error; so are more than 100 actions and more
    /// than 4 MB, before anything is sent.
    pub(super) async fn write(&self, changes: &[Change]) -> Result<Written> {
        let mut takeovers = Takeovers::new();
        loop {
            let mut actions = self.actions(changes, &takeovers)?;
            if actions.is_empty() {
                return Ok(Written::Done(0));
            }
            // Claims of rows that are gone are nobody's, and are taken over where they are met: they can go later.
            let later = match actions.len() > MOST_ACTIONS {
                true => actions
                    .extract_if(.., |action| matches!(action.meaning, Meaning::Release { .. }))
                    .collect(),
                false => Vec::new(),
            };
            if actions.len() > MOST_ACTIONS {
                let problem = format!(
                    "The transaction has {} writes, claims of unique values included; DynamoDB takes {MOST_ACTIONS}",
                    actions.len()
                );
                return Err(Error::new(Code::TooManyItems, problem, "Do it in several transactions"));
            }
            let (items, meanings): (Vec<_>, Vec<_>) =
                actions.into_iter().map(|action| (action.item, action.meaning)).unzip();
            let count = items.len();
            match self.client().transact(items).await? {
                Transaction::Done => {
                    if !later.is_empty() {
                        Box::pin(self.release(later)).await;
                    }
                    return Ok(Written::Done(count));
                }
                Transaction::ConditionFailed(checks) => {
                    let found = Box::pin(self.judge(&meanings, &checks)).await?;
                    match found {
                        Judged::Conflict => return Ok(Written::Conflict),
                        Judged::Stale(stale) if takeovers.len() < MOST_TAKEOVERS => takeovers.extend(stale),
                        Judged::Stale(_) => return Ok(Written::Conflict),
                    }
                }
            }
        }
    }

    /// Deletes the claims of rows that are gone, one by one, as far as they are still theirs.
    async fn release(&self, actions: Vec<Action>) {
        for action in actions {
            let Some(delete) = action.item.delete else { continue };
            let request = DeleteItemInput::builder()
                .table_name(delete.table_name)
                .set_key(Some(delete.key))
                .set_condition_expression(delete.condition_expression)
                .set_expression_attribute_names(delete.expression_attribute_names)
                .set_expression_attribute_values(delete.expression_attribute_values);
            // What stays is stale, and locks nobody out: no reason to call what is done a failure.
            drop(self.client().delete(request).await);
        }
    }

    /// What conditions that were not met mean: an error where a value is taken.
    async fn judge(&self, meanings: &[Meaning], checks: &[Check]) -> Result<Judged> {
        let mut stale = Takeovers::new();
        let mut duplicate = None;
        for (meaning, check) in meanings.iter().zip(checks) {
            let Check::Failed(there) = check else { continue };
            match meaning {
                // What was read has changed: what else is the matter, the next try shows.
                Meaning::OldRow => return Ok(Judged::Conflict),
                // It is another's: that one keeps it.
                Meaning::Release { key } => drop(stale.insert(key.clone(), AttributeValue::Null(true))),
                Meaning::NewRow { model } => {
                    duplicate.get_or_insert_with(|| claim::duplicate(model, &model.key_fields()));
                }
                Meaning::Claim { model, claim } => {
                    // Without the item: it has gone in the meantime.
                    let Some(there) = there else { return Ok(Judged::Conflict) };
                    match self.is_stale(model, claim, there).await? {
                        Some(owner) => drop(stale.insert(claim.key.clone(), owner)),
                        None => drop(duplicate.get_or_insert_with(|| claim::duplicate(model, &claim.fields))),
                    }
                }
            }
        }
        match duplicate {
            Some(error) => Err(error),
            None if stale.is_empty() => Ok(Judged::Conflict),
            None => Ok(Judged::Stale(stale)),
        }
    }

    /// Whom a claim names, if that row is gone or no longer has the value: nobody is locked out by it.
    async fn is_stale(
        &self,
        model: &Arc<Model>,
        claim: &Claim,
        there: &Item,
    ) -> Result<Option<AttributeValue>> {
        let owner = claim::owner_in(claim.holder, there).cloned().unwrap_or(AttributeValue::Null(true));
        let key = claim::row_key(claim.holder, there).filter(|key| key.len() == model.key_fields().len());
        let Some(key) = key else { return Ok(Some(owner)) };
        let row = self.stored(model, key).await?;
        let has_it = row.is_some_and(|row| claim::holds(self.layout(), model, &row, claim));
        Ok((!has_it).then_some(owner))
    }

    fn actions(&self, changes: &[Change], takeovers: &Takeovers) -> Result<Vec<Action>> {
        let layout = self.layout();
        let mut actions = Vec::new();
        let mut handovers: Vec<Handover> = Vec::new();
        let mut bytes = 0;
        for change in changes {
            bytes += change.after.as_ref().map_or(0, size_of);
            change.add_rows(layout, &mut actions)?;
            change.add_claims(layout, &mut handovers)?;
        }
        if bytes > MOST_BYTES {
            let problem = format!("The transaction has {bytes} bytes; DynamoDB takes {MOST_BYTES}");
            return Err(Error::new(Code::TooManyItems, problem, "Do it in several transactions"));
        }
        for handover in handovers {
            actions.extend(handover.into_action(layout, takeovers)?);
        }
        Ok(actions)
    }
}

enum Judged {
    Conflict,
    Stale(Takeovers),
}

impl Change {
    fn add_rows(&self, layout: &Layout, actions: &mut Vec<Action>) -> Result<()> {
        let model = &self.model;
        match (&self.before, &self.after) {
            (None, None) => {}
            (None, Some(after)) => actions.push(put_row(layout, model, after)?),
            (Some(before), None) => actions.push(self.delete_row(before)?),
            (Some(before), Some(after)) if model.key_of(before) == model.key_of(after) => {
                actions.push(self.update_row(before, after)?);
            }
            // The key of an item cannot be changed: the row moves.
            (Some(before), Some(after)) => {
                actions.push(self.delete_row(before)?);
                actions.push(put_row(layout, model, after)?);
            }
        }
        Ok(())
    }

    fn guard(&self, before: &Item, placeholders: &mut Placeholders) -> Result<Guard> {
        let guard = Guard::exists(&self.model, placeholders);
        match &self.guard {
            Guarded::Unchanged => Ok(guard.unchanged(&self.model, before, placeholders)),
            Guarded::Answering(wanted) => {
                let mut guard = guard.answering(&self.model, wanted, Some(before), placeholders)?;
                for field in self.model.uniques.iter().flat_map(|unique| &unique.fields) {
                    guard = guard.keeping(&self.model, field, before, placeholders);
                }
                Ok(guard)
            }
        }
    }

    fn delete_row(&self, before: &Item) -> Result<Action> {
        let mut placeholders = Placeholders::default();
        let guard = self.guard(before, &mut placeholders)?;
        let delete = Delete::builder()
            .table_name(&self.model.table)
            .set_key(Some(self.model.key_of(before)))
            .condition_expression(guard.into_expression())
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .build();
        let delete = delete.map_err(|_| incomplete())?;
        Ok(Action { item: TransactWriteItem::builder().delete(delete).build(), meaning: Meaning::OldRow })
    }

    /// An update of what differs; where nothing does, a check that the row is as it was seen.
    fn update_row(&self, before: &Item, after: &Item) -> Result<Action> {
        let mut changes: Vec<(String, Option<AttributeValue>)> = after
            .iter()
            .filter(|(name, value)| before.get(*name) != Some(value))
            .map(|(name, value)| (name.clone(), Some(value.clone())))
            .collect();
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        changes.extend(gone.map(|name| (name.clone(), None)));
        if changes.is_empty() {
            return self.check_row(before);
        }
        changes.sort_by(|left, right| left.0.cmp(&right.0));
        let mut placeholders = Placeholders::default();
        let update_expression = placeholders.update(changes);
        let guard = self.guard(before, &mut placeholders)?;
        let update = Update::builder()
            .table_name(&self.model.table)
            .set_key(Some(self.model.key_of(before)))
            .update_expression(update_expression)
            .condition_expression(guard.into_expression())
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .build();
        let update = update.map_err(|_| incomplete())?;
        Ok(Action { item: TransactWriteItem::builder().update(update).build(), meaning: Meaning::OldRow })
    }

    fn check_row(&self, before: &Item) -> Result<Action> {
        let mut placeholders = Placeholders::default();
        let guard = self.guard(before, &mut placeholders)?;
        let check = ConditionCheck::builder()
            .table_name(&self.model.table)
            .set_key(Some(self.model.key_of(before)))
            .condition_expression(guard.into_expression())
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .build();
        let check = check.map_err(|_| incomplete())?;
        Ok(Action {
            item: TransactWriteItem::builder().condition_check(check).build(),
            meaning: Meaning::OldRow,
        })
    }

    /// Notes whose each claim of the row was and is to be.
    fn add_claims(&self, layout: &Layout, handovers: &mut Vec<Handover>) -> Result<()> {
        if self.model.uniques.is_empty() {
            return Ok(());
        }
        let claims = |item: &Option<Item>| match item {
            Some(item) => layout.claims_of(&self.model, &to_row(&self.model, item.clone())),
            None => Vec::new(),
        };
        let mut note = |claim: Claim, before: Option<&Item>, after: Option<&Item>| -> Result<()> {
            let same =
                |other: &&mut Handover| other.claim.holder == claim.holder && other.claim.key == claim.key;
            match handovers.iter_mut().find(same) {
                Some(handover) => {
                    // Two rows of one transaction that want to end with the same value.
                    if handover.after.is_some() && after.is_some() {
                        return Err(claim::duplicate(&self.model, &claim.fields));
                    }
                    handover.before = handover.before.take().or_else(|| before.cloned());
                    handover.after = handover.after.take().or_else(|| after.cloned());
                }
                None => {
                    claim::check_length(&self.model, &claim)?;
                    handovers.push(Handover {
                        model: Arc::clone(&self.model),
                        claim,
                        before: before.cloned(),
                        after: after.cloned(),
                    });
                }
            }
            Ok(())
        };
        for claim in claims(&self.before) {
            note(claim, self.before.as_ref(), None)?;
        }
        for claim in claims(&self.after) {
            note(claim, None, self.after.as_ref())?;
        }
        Ok(())
    }
}

impl Handover {
    fn into_action(self, layout: &Layout, takeovers: &Takeovers) -> Result<Option<Action>> {
        let Handover { model, claim, before, after } = self;
        let table = layout.claims_table(claim.holder);
        let key = layout.claim_key(claim.holder, &claim.key);
        let mut placeholders = Placeholders::default();
        let is_absent = |placeholders: &mut Placeholders| {
            let mut parts = Vec::new();
            for name in key.keys() {
                parts.push(format!("attribute_not_exists({})", placeholders.name(name)));
            }
            parts.concat()
        };
        let is_of = |row: &Item, placeholders: &mut Placeholders| {
            let (name, owner) = claim::owner(claim.holder, &model, row);
            format!("{}={}", placeholders.name(name), placeholders.value(owner))
        };
        let item = match (&before, &after) {
            (None, None) => return Ok(None),
            (Some(before), Some(after))
                if model.key_of(before) == model.key_of(after)
                    && (claim.holder == Holder::EmailLookups || claim::same_end(layout, before, after)) =>
            {
                return Ok(None);
            }
            (Some(_), None) if takeovers.contains_key(&claim.key) => return Ok(None),
            (Some(before), None) => {
                let condition =
                    format!("{} OR {}", is_absent(&mut placeholders), is_of(before, &mut placeholders));
                let delete = Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression(condition)
                    .set_expression_attribute_names(placeholders.take_names())
                    .set_expression_attribute_values(placeholders.take_values())
                    .build();
                TransactWriteItem::builder().delete(delete.map_err(|_| incomplete())?).build()
            }
            (before, Some(after)) => {
                let mut condition = vec![is_absent(&mut placeholders)];
                condition.extend(before.as_ref().map(|before| is_of(before, &mut placeholders)));
                if claim.holder == Holder::Claims && model.expiry.is_some() {
                    condition.push(is_over(layout, &mut placeholders));
                }
                if let Some(owner) = takeovers.get(&claim.key) {
                    let (name, _) = claim::owner(claim.holder, &model, after);
                    condition.push(format!(
                        "{}={}",
                        placeholders.name(name),
                        placeholders.value(owner.clone())
                    ));
                }
                let put = Put::builder()
                    .table_name(table)
                    .set_item(Some(layout.claim_item(&claim, &model, after)))
                    .condition_expression(condition.join(" OR "))
                    .set_expression_attribute_names(placeholders.take_names())
                    .set_expression_attribute_values(placeholders.take_values())
                    .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                    .build();
                TransactWriteItem::builder().put(put.map_err(|_| incomplete())?).build()
            }
        };
        let meaning = match after {
            Some(_) => Meaning::Claim { model, claim },
            None => Meaning::Release { key: claim.key },
        };
        Ok(Some(Action { item, meaning }))
    }
}

fn put_row(layout: &Layout, model: &Arc<Model>, after: &Item) -> Result<Action> {
    let mut placeholders = Placeholders::default();
    let put = Put::builder()
        .table_name(&model.table)
        .set_item(Some(after.clone()))
        .condition_expression(is_free(layout, model, &mut placeholders))
        .set_expression_attribute_names(placeholders.take_names())
        .set_expression_attribute_values(placeholders.take_values())
        .build();
    let item = TransactWriteItem::builder().put(put.map_err(|_| incomplete())?).build();
    Ok(Action { item, meaning: Meaning::NewRow { model: Arc::clone(model) } })
}

/// The condition that no row is at the key, or one that has ended and that DynamoDB has not deleted yet.
pub(super) fn is_free(layout: &Layout, model: &Model, placeholders: &mut Placeholders) -> String {
    let absent = format!("attribute_not_exists({})", placeholders.name(&model.partition_key));
    match model.expiry {
        Some(_) if model.leaves_expired => format!("{absent} OR {}", is_over(layout, placeholders)),
        _ => absent,
    }
}

fn is_over(layout: &Layout, placeholders: &mut Placeholders) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let ttl = placeholders.name(&layout.settings.ttl_attribute);
    format!("{ttl}<{}", placeholders.value(AttributeValue::N(now.to_string())))
}

/// About as DynamoDB counts: names and values in UTF-8.
fn size_of(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size_of_value(value)).sum::<usize>(),
        AttributeValue::M(values) => {
            3 + values.iter().map(|(name, value)| 1 + name.len() + size_of_value(value)).sum::<usize>()
        }
        _ => 1,
    }
}

fn incomplete() -> Error {
    Error::new(Code::Internal, "An incomplete request", "")
}
