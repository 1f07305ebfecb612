//! A connection as JavaScript holds it. Its settings are asked of the JavaScript side on first use (the environment, an
//! SDK client's region), and calls wait for them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;

use super::credentials::CredentialsFunction;
use super::environment::{Ask, CallId, Work};
use super::fields::{Fields, connection_config};
use super::js::{Env, Failure, Js, Kind, Reference, Result};
use super::realm::Realm;
use crate::client::Client;
use crate::config::GivenCredentials;

/// What a call does once there is a client.
pub(super) type Start = Box<dyn FnOnce(&Client) -> crate::Result<Work>>;

struct Waiting {
    call: CallId,
    start: Start,
}

enum State {
    Idle,
    Asking(Vec<Waiting>),
    Ready(Client),
}

/// A connection of one load of the JavaScript side.
pub(super) struct Connection {
    env: Env,
    realm: Rc<Realm>,
    /// `() => { settings, provider? }`, or a promise of it. Weak: the JavaScript side holds it with the connection.
    resolve: Option<Reference>,
    /// Whether a function of the user's may be called for a call, whose async context is then kept.
    wants_context: bool,
    state: RefCell<State>,
    /// How many calls hold the functions of the user's.
    holds: Cell<usize>,
}

/// What the JavaScript side has of a connection, kept for as long as a call may need it: the caller may have let the
/// adapter go.
pub(super) struct Held(Rc<Connection>);

impl Held {
    fn new(connection: &Rc<Connection>) -> Self {
        let holds = connection.holds.replace(connection.holds.get() + 1);
        if holds == 0
            && let Some(resolve) = &connection.resolve
        {
            connection.env.strengthen(resolve);
        }
        Held(Rc::clone(connection))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Held(connection) = self;
        let holds = connection.holds.replace(connection.holds.get() - 1);
        if holds == 1
            && let Some(resolve) = &connection.resolve
        {
            connection.env.weaken(resolve);
        }
    }
}

impl Connection {
    pub(super) fn new(realm: &Rc<Realm>, resolve: Js, wants_context: bool) -> Result<Self> {
        // The first call is near, and this takes its time from it.
        crate::runtime::prepare();
        Ok(Connection {
            env: realm.env,
            realm: Rc::clone(realm),
            resolve: Some(realm.env.weak_reference(resolve)?),
            wants_context,
            state: RefCell::new(State::Idle),
            holds: Cell::new(0),
        })
    }

    /// A promise of what `start`'s work gives; of the failure, if there is nothing to start.
    pub(super) fn call(self: &Rc<Self>, realm: &Rc<Realm>, start: Result<Start>) -> Result<Js> {
        // A pending exception has to be taken before anything else is asked of the environment.
        let start = start.map_err(|failure| realm.reason(failure));
        let held = self.wants_context.then(|| Held::new(self));
        let (call, promise) = realm.environment.begin(realm, held)?;
        match start {
            Ok(start) => self.start(Waiting { call, start })?,
            Err(reason) => realm.environment.settle(call, Err(reason?))?,
        }
        Ok(promise)
    }

    fn start(self: &Rc<Self>, waiting: Waiting) -> Result<()> {
        let realm = &self.realm;
        let mut state = self.state.borrow_mut();
        match &mut *state {
            State::Ready(client) => {
                let client = client.clone();
                drop(state);
                run(realm, waiting, &client)
            }
            State::Asking(others) => {
                others.push(waiting);
                Ok(())
            }
            State::Idle => {
                *state = State::Asking(vec![waiting]);
                drop(state);
                let env = self.env;
                let asked = self.resolve(env).and_then(|resolve| {
                    let ask = Ask::Settings(Rc::clone(self));
                    realm.environment.ask(realm, ask, resolve, [env.undefined()?; 2])
                });
                match asked {
                    Ok(()) => Ok(()),
                    Err(failure) => {
                        let reason = realm.reason(failure)?;
                        self.fail(reason)
                    }
                }
            }
        }
    }

    fn resolve(&self, env: Env) -> Result<Js> {
        let resolve = self.resolve.as_ref().map(|resolve| env.get_weak(resolve)).transpose()?;
        resolve.flatten().ok_or_else(|| super::misused("a connection was used without what holds it"))
    }

    /// Takes the settings, or the error of finding them, and starts or ends the calls that waited. After an error, the
    /// next call asks again.
    pub(super) fn settled(&self, error: Js, value: Js) -> Result<()> {
        if self.env.kind(error)? != Kind::Undefined {
            return self.fail(error);
        }
        match client(&self.realm, value) {
            Ok(client) => {
                for waiting in self.change(State::Ready(client.clone())) {
                    run(&self.realm, waiting, &client)?;
                }
                Ok(())
            }
            Err(failure) => {
                let reason = self.realm.reason(failure)?;
                self.fail(reason)
            }
        }
    }

    fn fail(&self, reason: Js) -> Result<()> {
        for waiting in self.change(State::Idle) {
            self.realm.environment.raise(waiting.call, reason)?;
        }
        Ok(())
    }

    /// Changes the state and returns the calls that waited for it.
    fn change(&self, state: State) -> Vec<Waiting> {
        match self.state.replace(state) {
            State::Asking(waiting) => waiting,
            State::Idle | State::Ready(_) => Vec::new(),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // On the environment's own thread: what holds connections does not leave it.
        if let Some(resolve) = self.resolve.take() {
            self.env.release(resolve);
        }
    }
}

fn run(realm: &Realm, Waiting { call, start }: Waiting, client: &Client) -> Result<()> {
    match start(client) {
        Ok(work) => {
            realm.environment.spawn(call, work);
            Ok(())
        }
        Err(error) => realm.environment.finish(call, Err(Failure::Ours(error))),
    }
}

fn client(realm: &Rc<Realm>, value: Js) -> Result<Client> {
    let env = realm.env;
    let settings = Fields::read(realm, "connection", env.named(value, "settings")?)?;
    let mut config = connection_config(settings)?;
    let provider = env.named(value, "provider")?;
    if env.kind(provider)? == Kind::Function {
        let region = Arc::default();
        let function = CredentialsFunction::new(realm, provider, Arc::clone(&region))?;
        let provider = SharedCredentialsProvider::new(function);
        config.credentials = Some(GivenCredentials::Provider { provider, region });
    }
    Ok(Client::new(config))
}
