//! Transactions: conditions are answers, conflicts are tried again.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsInputBuilder;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use aws_types::request_id::RequestId;

use super::backoff::Backoff;
use super::failure::Failure;
use super::{Check, Client, Transaction};
use crate::error::Result;

/// What IAM calls it, unless it names one of the writes inside.
const ACTION: &str = "dynamodb:TransactWriteItems";

impl Client {
    /// All of up to 100 writes or none. Carries a `ClientRequestToken`, so that a repetition after a lost answer comes
    /// out as the first did. Conflicts with concurrent transactions are tried again with jittered backoff, with the
    /// same token; after the last try, `TRANSACTION_FAILED`.
    ///
    /// Where some actions' conditions were not met while others met a conflict, it is tried again, too: the conditions
    /// of the latter are not known yet, and what a failed condition means may depend on all of them. If the conflict
    /// outlasts the tries, the conditions that are known to have failed are the answer, for they were true reasons.
    pub async fn transact(&self, actions: Vec<TransactWriteItem>) -> Result<Transaction> {
        let table = actions.first().and_then(table_of).map(str::to_owned);
        let connection = self.ready(&table).await?;
        let request = TransactWriteItemsInputBuilder::default()
            .set_transact_items(Some(actions))
            .client_request_token(uuid::Uuid::new_v4().to_string());
        let mut backoff = Backoff::for_conflicts(self.random);
        loop {
            let Err(error) = connection.send(request.clone()).await else { return Ok(Transaction::Done) };
            let again = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons();
                    let verdict = judge(reasons);
                    if let Verdict::Conflict | Verdict::Throttled = verdict
                        && backoff.wait().await
                    {
                        continue;
                    }
                    let (failure, at) = match conclude(verdict, reasons, cancelled.request_id()) {
                        Ok(outcome) => return Ok(outcome),
                        Err(refusal) => refusal,
                    };
                    let tables = tables_of(&request, at);
                    drop(error);
                    return Err(self.failed(connection, failure, ACTION, tables).await);
                }
                Some(error) => error.code() == Some("TransactionInProgressException"),
                None => false,
            };
            if !(again && backoff.wait().await) {
                let (failure, tables) = (Failure::of(&error), tables_of(&request, 0));
                drop(error);
                return Err(self.failed(connection, failure, ACTION, tables).await);
            }
        }
    }
}

/// What a cancellation's reasons amount to, the first that is true.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    /// Something that no repetition changes.
    Refused,
    Conflict,
    Throttled,
    Condition,
}

fn judge(reasons: &[CancellationReason]) -> Verdict {
    let has = |wanted: &[&str]| {
        reasons.iter().any(|reason| reason.code().is_some_and(|code| wanted.contains(&code)))
    };
    let known = ["None", "ConditionalCheckFailed", CONFLICT, THROUGHPUT, THROTTLING];
    if reasons.iter().any(|reason| reason.code().is_some_and(|code| !known.contains(&code))) {
        Verdict::Refused
    } else if has(&[CONFLICT]) {
        Verdict::Conflict
    } else if has(&[THROUGHPUT, THROTTLING]) {
        Verdict::Throttled
    } else if has(&["ConditionalCheckFailed"]) {
        Verdict::Condition
    } else {
        Verdict::Refused
    }
}

const CONFLICT: &str = "TransactionConflict";
const THROUGHPUT: &str = "ProvisionedThroughputExceeded";
const THROTTLING: &str = "ThrottlingError";

/// The outcome; or why there is none, and which action is the reason.
fn conclude(
    verdict: Verdict,
    reasons: &[CancellationReason],
    request_id: Option<&str>,
) -> Result<Transaction, (Failure, usize)> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    if verdict != Verdict::Refused && reasons.iter().any(failed) {
        let check = |reason: &CancellationReason| match failed(reason) {
            true => Check::Failed(reason.item().cloned().filter(|item| !item.is_empty())),
            false => Check::Passed,
        };
        return Ok(Transaction::ConditionFailed(reasons.iter().map(check).collect()));
    }
    let name = match verdict {
        Verdict::Conflict => "TransactionConflictException",
        Verdict::Throttled => "ProvisionedThroughputExceededException",
        Verdict::Refused | Verdict::Condition => return Err(refused(reasons, request_id)),
    };
    Err((Failure::reported(name, "Transaction cancelled, after the last try", request_id), 0))
}

/// The first reason that is neither a condition nor passing, and its action.
fn refused(reasons: &[CancellationReason], request_id: Option<&str>) -> (Failure, usize) {
    let passing = ["None", "ConditionalCheckFailed", CONFLICT, THROUGHPUT, THROTTLING];
    let is_refusal = |reason: &CancellationReason| reason.code().is_some_and(|code| !passing.contains(&code));
    let Some(at) = reasons.iter().position(is_refusal) else {
        let message = "Transaction cancelled, without a reason";
        return (Failure::reported("TransactionCanceledException", message, request_id), 0);
    };
    let reason = &reasons[at];
    let name = match reason.code().unwrap_or_default() {
        "ValidationError" => "ValidationException",
        "AccessDenied" => "AccessDeniedException",
        "ResourceNotFound" => "ResourceNotFoundException",
        _ => "TransactionCanceledException",
    };
    let message = reason.message().or(reason.code()).unwrap_or_default();
    (Failure::reported(name, message, request_id), at)
}

/// The tables of a transaction, each once, that of one action first.
fn tables_of(request: &TransactWriteItemsInputBuilder, first: usize) -> Vec<String> {
    let actions = request.get_transact_items().as_deref().unwrap_or_default();
    let first = actions.get(first).into_iter();
    let mut tables: Vec<String> = Vec::new();
    for table in first.chain(actions).filter_map(table_of) {
        if !tables.iter().any(|known| known == table) {
            tables.push(table.to_owned());
        }
    }
    tables
}

pub(super) fn table_of(action: &TransactWriteItem) -> Option<&str> {
    let put = action.put().map(|put| put.table_name());
    let update = || action.update().map(|update| update.table_name());
    let delete = || action.delete().map(|delete| delete.table_name());
    put.or_else(update).or_else(delete).or_else(|| action.condition_check().map(|check| check.table_name()))
}
