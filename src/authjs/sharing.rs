//! Reads in flight that others join: the server components of one page ask for the same session at once, and one
//! request answers them all.
//!
//! A read is joined only by calls that ask the same of the same table over the same connection while it is under way.
//! A write takes what it may change out of here when it ends, be it well or not, before its caller hears of it: what is
//! asked after a write never gets an answer that may be older. One map for the process, so that adapters made per
//! request or by a hot reload share it; nothing is in it once it is answered.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::options::Options;
use super::{SessionAndUser, Shared};
use crate::error::Result;
use crate::value::Record;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// The user of an id.
    User(String),
    /// The user of an email.
    UserByEmail(String),
    /// The user of a provider and its account id.
    UserByAccount(String, String),
    /// The account of a provider and its account id.
    Account(String, String),
    /// The session of a token, and its user.
    Session(String),
}

/// What is answered.
#[derive(Clone)]
pub(super) enum Answer {
    Record(Option<Record>),
    Session(Option<SessionAndUser>),
}

/// A read under way. Of equal questions, those over different connections or with different options are not the same.
struct Flight {
    client: usize,
    options: Options,
    answer: watch::Receiver<Option<Result<Answer>>>,
}

/// By table and question.
type Flights = HashMap<(String, Question), Vec<Flight>>;

static FLIGHTS: LazyLock<Mutex<Flights>> = LazyLock::new(Mutex::default);

/// A panic while the lock was held leaves a map that is still one.
fn flights() -> MutexGuard<'static, Flights> {
    FLIGHTS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// The answer of a read that is under way, or of `read`, which others may join.
    ///
    /// The read is made where it is awaited, and there alone: what is made before is moved into each place that may await
    /// it, and a request's future is some nine thousand bytes.
    pub(super) async fn shared<F: Future<Output = Result<Answer>> + Send>(
        &self,
        question: Option<Question>,
        read: impl FnOnce() -> F + Send,
    ) -> Result<Answer> {
        let leading = match question {
            None => None,
            Some(question) => match self.join(question).await {
                Turn::Answered(answer) => return answer,
                Turn::Ours(leading) => leading,
            },
        };
        let answer = read().await;
        if let Some(leading) = leading {
            leading.land(&answer);
        }
        answer
    }

    /// Waits for the answer of a read that is under way, or finds that there is none.
    async fn join(&self, question: Question) -> Turn {
        if !self.options.share_reads {
            return Turn::Ours(None);
        }
        let place = (self.options.table_name.clone(), question);
        let leading = {
            let mut flights = flights();
            let same = flights.entry(place.clone()).or_default();
            match same.iter().find(|flight| self.is_ours(flight)) {
                Some(flight) => Err(flight.answer.clone()),
                None => {
                    let (sender, answer) = watch::channel(None);
                    let (client, options) = (self.client.id(), self.options.clone());
                    same.push(Flight { client, options, answer: answer.clone() });
                    Ok(Leading { place, answer, sender })
                }
            }
        };
        match leading {
            Ok(leading) => Turn::Ours(Some(leading)),
            Err(mut answer) => {
                match answer.wait_for(Option::is_some).await.ok().and_then(|said| said.clone()) {
                    Some(answer) => Turn::Answered(answer),
                    // Who asked first was stopped half-way.
                    None => Turn::Ours(None),
                }
            }
        }
    }

    fn is_ours(&self, flight: &Flight) -> bool {
        flight.client == self.client.id() && flight.options == self.options
    }

    /// After a write of a session: what is asked about it from now on is asked anew.
    pub(super) fn session_written(&self, token: &str) {
        flights().remove(&(self.options.table_name.clone(), Question::Session(token.to_owned())));
    }

    /// After a write of a user or an account: most questions may have it in their answer, by which way is not known.
    pub(super) fn user_written(&self) {
        flights().retain(|(table, _), _| *table != self.options.table_name);
    }
}

/// Whose turn it is to read.
enum Turn {
    /// Somebody else's, who has.
    Answered(Result<Answer>),
    /// One's own; others may join, if there is something for them to join.
    Ours(Option<Leading>),
}

/// Takes a flight out of the map when it has landed or was stopped.
struct Leading {
    place: (String, Question),
    answer: watch::Receiver<Option<Result<Answer>>>,
    sender: watch::Sender<Option<Result<Answer>>>,
}

impl Leading {
    /// Gives the answer to those who have joined.
    fn land(self, answer: &Result<Answer>) {
        self.leave();
        // Nobody can join any more; what holds an end of the channel besides this has joined.
        if self.sender.receiver_count() > 1 {
            self.sender.send_replace(Some(answer.clone()));
        }
    }

    fn leave(&self) {
        let mut flights = flights();
        // A write may have taken it out already, and another one may stand in its place.
        let Some(same) = flights.get_mut(&self.place) else { return };
        same.retain(|flight| !flight.answer.same_channel(&self.answer));
        if same.is_empty() {
            flights.remove(&self.place);
        }
    }
}

impl Drop for Leading {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::client::canned;
    use crate::error::{Code, Error};

    async fn adapter(options: Options) -> Arc<Shared> {
        let client = canned::client(|_, _| "{}").await.unwrap();
        super::super::Adapter::new(client, options).unwrap().shared
    }

    fn options(table: &str) -> Options {
        Options { table_name: table.to_owned(), ..Options::default() }
    }

    fn question() -> Question {
        Question::Session("token".to_owned())
    }

    fn in_flight(table: &str) -> usize {
        flights().keys().filter(|(of, _)| of == table).count()
    }

    /// A read that ends when it is told to, with this name.
    async fn named(name: &str, go: tokio::sync::oneshot::Receiver<()>) -> Result<Answer> {
        let _ = go.await;
        let mut record = Record::new();
        record.set("name", name);
        Ok(Answer::Record(Some(record)))
    }

    fn name(answer: Result<Answer>) -> String {
        match answer {
            Ok(Answer::Record(Some(record))) => record.get_str("name").unwrap().to_owned(),
            _ => panic!("another answer"),
        }
    }

    async fn must_not_be_asked() -> Result<Answer> {
        panic!("it was asked, and was to join");
    }

    #[tokio::test]
    async fn a_write_in_between_keeps_a_call_from_joining() {
        let shared = adapter(options("written-in-between")).await;
        let (go, wait) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let shared = shared.clone();
            async move { shared.shared(Some(question()), || named("old", wait)).await }
        });
        tokio::task::yield_now().await;
        let joined = tokio::spawn({
            let shared = shared.clone();
            async move { shared.shared(Some(question()), must_not_be_asked).await }
        });
        tokio::task::yield_now().await;
        shared.session_written("token");
        let (go_too, wait) = tokio::sync::oneshot::channel();
        let later = tokio::spawn({
            let shared = shared.clone();
            async move { shared.shared(Some(question()), || named("new", wait)).await }
        });
        tokio::task::yield_now().await;
        go.send(()).unwrap();
        assert_eq!(name(first.await.unwrap()), "old");
        assert_eq!(name(joined.await.unwrap()), "old");
        // The first's landing has left the later one where it can be joined.
        let joined = tokio::spawn({
            let shared = shared.clone();
            async move { shared.shared(Some(question()), must_not_be_asked).await }
        });
        tokio::task::yield_now().await;
        go_too.send(()).unwrap();
        assert_eq!(name(later.await.unwrap()), "new");
        assert_eq!(name(joined.await.unwrap()), "new");
        assert_eq!(in_flight("written-in-between"), 0);
    }

    #[tokio::test]
    async fn other_options_and_other_connections_ask_for_themselves() {
        let shared = adapter(options("others")).await;
        let (_go, wait) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let shared = shared.clone();
            async move { shared.shared(Some(question()), || named("first", wait)).await }
        });
        tokio::task::yield_now().await;
        let asks = |shared: Arc<Shared>| async move {
            let (go, wait) = tokio::sync::oneshot::channel();
            go.send(()).unwrap();
            name(shared.shared(Some(question()), || named("its own", wait)).await)
        };
        let strict = Options { consistent_reads: true, ..options("others") };
        let same_client = super::super::Adapter::new(shared.client.clone(), strict).unwrap().shared;
        assert_eq!(asks(same_client).await, "its own");
        assert_eq!(asks(adapter(options("others")).await).await, "its own");
        let alone = Options { share_reads: false, ..options("others") };
        assert_eq!(asks(adapter(alone).await).await, "its own");
        first.abort();
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_and_nobodys_after() {
        let shared = adapter(options("failing")).await;
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let first = tokio::spawn({
            let shared = shared.clone();
            async move {
                let failing = async move {
                    let _ = wait.await;
                    Err(Error::new(Code::Throttled, "too much", "wait"))
                };
                shared.shared(Some(question()), || failing).await
            }
        });
        tokio::task::yield_now().await;
        let joined = tokio::spawn({
            let shared = shared.clone();
            async move { shared.shared(Some(question()), must_not_be_asked).await }
        });
        tokio::task::yield_now().await;
        go.send(()).unwrap();
        assert_eq!(first.await.unwrap().err().unwrap().code(), Code::Throttled);
        assert_eq!(joined.await.unwrap().err().unwrap().code(), Code::Throttled);
        let (go, wait) = tokio::sync::oneshot::channel();
        go.send(()).unwrap();
        assert_eq!(name(shared.shared(Some(question()), || named("fine", wait)).await), "fine");
    }

    #[tokio::test]
    async fn who_joined_one_that_was_stopped_asks_anew() {
        let shared = adapter(options("stopped")).await;
        let (_go, wait) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let shared = shared.clone();
            async move { shared.shared(Some(question()), || named("never", wait)).await }
        });
        tokio::task::yield_now().await;
        let (go, wait) = tokio::sync::oneshot::channel();
        let joined = tokio::spawn({
            let shared = shared.clone();
            async move { shared.shared(Some(question()), || named("anew", wait)).await }
        });
        tokio::task::yield_now().await;
        go.send(()).unwrap();
        first.abort();
        assert_eq!(name(joined.await.unwrap()), "anew");
        assert_eq!(in_flight("stopped"), 0);
    }
}
