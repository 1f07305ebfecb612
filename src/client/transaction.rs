//! Transactions: conditions are answers, conflicts are tried again.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsInputBuilder;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use aws_types::request_id::RequestId;

use super::backoff::Backoff;
use super::failure::{Failure, Place};
use super::{Check, Client, Transaction};
use crate::error::{Code, Error, Result};

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
                    let request_id = cancelled.request_id();
                    return conclude(verdict, reasons, request_id, &connection.place)
                        .map_err(|error| super::on_table(error, &table));
                }
                Some(error) => error.code() == Some("TransactionInProgressException"),
                None => false,
            };
            if !(again && backoff.wait().await) {
                return Err(connection.error(&error, "dynamodb:TransactWriteItems", &table));
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

fn conclude(
    verdict: Verdict,
    reasons: &[CancellationReason],
    request_id: Option<&str>,
    place: &Place,
) -> Result<Transaction> {
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
        Verdict::Refused | Verdict::Condition => {
            return Err(refused(reasons, request_id, place));
        }
    };
    let message = "Transaction cancelled, after the last try";
    Err(Failure::reported(name, message, request_id).into_error(place, "dynamodb:TransactWriteItems"))
}

/// The error of the first reason that is neither a condition nor passing.
fn refused(reasons: &[CancellationReason], request_id: Option<&str>, place: &Place) -> Error {
    let passing = ["None", "ConditionalCheckFailed", CONFLICT, THROUGHPUT, THROTTLING];
    let reason = reasons.iter().find(|reason| reason.code().is_some_and(|code| !passing.contains(&code)));
    let Some(reason) = reason else {
        return Error::new(
            Code::TransactionFailed,
            "The transaction was cancelled without a reason",
            "Try again",
        );
    };
    let name = match reason.code().unwrap_or_default() {
        "ValidationError" => "ValidationException",
        "AccessDenied" => "AccessDeniedException",
        "ResourceNotFound" => "ResourceNotFoundException",
        _ => "TransactionCanceledException",
    };
    let message = match reason.message() {
        Some(message) => message.to_owned(),
        None => reason.code().unwrap_or_default().to_owned(),
    };
    Failure::reported(name, &message, request_id).into_error(place, "dynamodb:TransactWriteItems")
}

pub(super) fn table_of(action: &TransactWriteItem) -> Option<&str> {
    let put = action.put().map(|put| put.table_name());
    let update = || action.update().map(|update| update.table_name());
    let delete = || action.delete().map(|delete| delete.table_name());
    put.or_else(update).or_else(delete).or_else(|| action.condition_check().map(|check| check.table_name()))
}
