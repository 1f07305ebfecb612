//! The requests of the single table: each a pure function of the options and of what it is about.

use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemInputBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemInputBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryInputBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemInputBuilder;
use aws_sdk_dynamodb::operation::{delete_item::DeleteItemInput, update_item::UpdateItemInput};
use aws_sdk_dynamodb::operation::{get_item::GetItemInput, put_item::PutItemInput, query::QueryInput};
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};

use super::keys::Key;
use super::options::Options;
use crate::client::Item;
use crate::expression::Placeholders;

/// The attribute of a claim that names the user who holds it.
pub(super) const CLAIMED_BY: &str = "userId";

/// What must be so of the item that a write is about.
pub(super) enum Condition<'a> {
    /// It is there.
    Exists,
    /// It is not there.
    Absent,
    /// It is a claim of this user.
    ClaimedBy(&'a str),
    /// It is not there, or a claim of this user.
    FreeFor(&'a str),
    /// It is there, and the attribute has this value, or is not there.
    Holds(&'a str, Option<&'a AttributeValue>),
    /// It is not there, or the attribute has another value or none.
    HoldsNot(&'a str, &'a AttributeValue),
}

impl Condition<'_> {
    fn write(&self, options: &Options, placeholders: &mut Placeholders) -> String {
        let key = &options.partition_key;
        let exists =
            |placeholders: &mut Placeholders| format!("attribute_exists({})", placeholders.name(key));
        let absent =
            |placeholders: &mut Placeholders| format!("attribute_not_exists({})", placeholders.name(key));
        match self {
            Condition::ClaimedBy(user_id) => {
                format!("{}={}", placeholders.name(CLAIMED_BY), placeholders.string(user_id))
            }
            Condition::Exists => exists(placeholders),
            Condition::Absent => absent(placeholders),
            Condition::FreeFor(user_id) => format!(
                "{} OR {}={}",
                absent(placeholders),
                placeholders.name(CLAIMED_BY),
                placeholders.string(user_id)
            ),
            Condition::Holds(attribute, Some(value)) => format!(
                "{} AND {}={}",
                exists(placeholders),
                placeholders.name(attribute),
                placeholders.value((*value).clone())
            ),
            Condition::Holds(attribute, None) => {
                format!("{} AND attribute_not_exists({})", exists(placeholders), placeholders.name(attribute))
            }
            Condition::HoldsNot(attribute, value) => {
                let name = placeholders.name(attribute);
                let value = placeholders.value((*value).clone());
                format!("{} OR attribute_not_exists({name}) OR NOT {name}={value}", absent(placeholders))
            }
        }
    }
}

impl Options {
    /// The item of a key.
    pub(super) fn get(&self, key: &Key, consistent: bool) -> GetItemInputBuilder {
        GetItemInput::builder()
            .table_name(&self.table_name)
            .set_key(Some(self.key(key)))
            .consistent_read(consistent)
    }

    /// The items of an index key, whole.
    pub(super) fn query_index(&self, index_key: &Key) -> QueryInputBuilder {
        let mut placeholders = Placeholders::default();
        let condition = self.is_at_index_key(index_key, &mut placeholders);
        self.query(placeholders, condition).index_name(&self.index_name)
    }

    /// The table's keys of the items of an index key: where to find them.
    pub(super) fn query_index_for_keys(&self, index_key: &Key) -> QueryInputBuilder {
        let mut placeholders = Placeholders::default();
        let condition = self.is_at_index_key(index_key, &mut placeholders);
        let projection = self.key_projection(&mut placeholders);
        self.query(placeholders, condition).index_name(&self.index_name).projection_expression(projection)
    }

    /// All items of a partition whose sort key begins so.
    pub(super) fn query_partition(&self, partition: &str, sort_prefix: &str) -> QueryInputBuilder {
        let mut placeholders = Placeholders::default();
        let condition = format!(
            "{}={} AND begins_with({},{})",
            placeholders.name(&self.partition_key),
            placeholders.string(partition),
            placeholders.name(&self.sort_key),
            placeholders.string(sort_prefix),
        );
        self.query(placeholders, condition).consistent_read(true)
    }

    /// The keys of everything in a partition.
    pub(super) fn query_whole_partition(&self, partition: &str) -> QueryInputBuilder {
        let mut placeholders = Placeholders::default();
        let condition =
            format!("{}={}", placeholders.name(&self.partition_key), placeholders.string(partition));
        let projection = self.key_projection(&mut placeholders);
        self.query(placeholders, condition).projection_expression(projection).consistent_read(true)
    }

    /// Puts an item, whatever is there.
    pub(super) fn put(&self, item: Item) -> PutItemInputBuilder {
        PutItemInput::builder().table_name(&self.table_name).set_item(Some(item))
    }

    /// Changes attributes of an item on a condition, and gives back all of it.
    pub(super) fn update(
        &self,
        key: &Key,
        changes: Vec<(String, Option<AttributeValue>)>,
        condition: Condition<'_>,
    ) -> UpdateItemInputBuilder {
        let mut placeholders = Placeholders::default();
        UpdateItemInput::builder()
            .table_name(&self.table_name)
            .set_key(Some(self.key(key)))
            .update_expression(placeholders.update(changes))
            .condition_expression(condition.write(self, &mut placeholders))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .return_values(ReturnValue::AllNew)
    }

    /// Deletes an item on a condition.
    pub(super) fn delete(&self, key: &Key, condition: Condition<'_>) -> DeleteItemInputBuilder {
        let mut placeholders = Placeholders::default();
        DeleteItemInput::builder()
            .table_name(&self.table_name)
            .set_key(Some(self.key(key)))
            .condition_expression(condition.write(self, &mut placeholders))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
    }

    /// In a transaction: puts an item, on a condition if there is one. Where it fails, what was there comes back.
    pub(super) fn transact_put(&self, item: Item, condition: Option<Condition<'_>>) -> TransactWriteItem {
        let mut placeholders = Placeholders::default();
        let put = Put::builder()
            .table_name(&self.table_name)
            .set_item(Some(item))
            .set_condition_expression(condition.map(|condition| condition.write(self, &mut placeholders)))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        TransactWriteItem::builder().put(built(put.build())).build()
    }

    /// In a transaction: changes attributes of an item on a condition.
    pub(super) fn transact_update(
        &self,
        key: &Key,
        changes: Vec<(String, Option<AttributeValue>)>,
        condition: Condition<'_>,
    ) -> TransactWriteItem {
        let mut placeholders = Placeholders::default();
        let update = Update::builder()
            .table_name(&self.table_name)
            .set_key(Some(self.key(key)))
            .update_expression(placeholders.update(changes))
            .condition_expression(condition.write(self, &mut placeholders))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values());
        TransactWriteItem::builder().update(built(update.build())).build()
    }

    /// In a transaction: deletes an item on a condition.
    pub(super) fn transact_delete(&self, key: &Key, condition: Condition<'_>) -> TransactWriteItem {
        let mut placeholders = Placeholders::default();
        let delete = Delete::builder()
            .table_name(&self.table_name)
            .set_key(Some(self.key(key)))
            .condition_expression(condition.write(self, &mut placeholders))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values());
        TransactWriteItem::builder().delete(built(delete.build())).build()
    }

    /// In a transaction: goes on only if this is so of an item.
    pub(super) fn transact_check(&self, key: &Key, condition: Condition<'_>) -> TransactWriteItem {
        let mut placeholders = Placeholders::default();
        let check = ConditionCheck::builder()
            .table_name(&self.table_name)
            .set_key(Some(self.key(key)))
            .condition_expression(condition.write(self, &mut placeholders))
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values());
        TransactWriteItem::builder().condition_check(built(check.build())).build()
    }

    fn query(&self, mut placeholders: Placeholders, key_condition: String) -> QueryInputBuilder {
        QueryInput::builder()
            .table_name(&self.table_name)
            .key_condition_expression(key_condition)
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
    }

    fn is_at_index_key(&self, index_key: &Key, placeholders: &mut Placeholders) -> String {
        format!(
            "{}={} AND {}={}",
            placeholders.name(&self.index_partition_key),
            placeholders.string(&index_key.partition),
            placeholders.name(&self.index_sort_key),
            placeholders.string(&index_key.sort),
        )
    }

    fn key_projection(&self, placeholders: &mut Placeholders) -> String {
        format!("{},{}", placeholders.name(&self.partition_key), placeholders.name(&self.sort_key))
    }
}

/// The builders fail only where a required member was not set, and all are set here.
fn built<T, E: std::fmt::Debug>(action: Result<T, E>) -> T {
    action.expect("all required members are set")
}
