//! What Better Auth's own models and plugins look up, as far as their schemas do not say it: found by driving their
//! endpoints. Models that are not here follow from their schema alone.

/// One model's keys, indexes and claims beyond its schema, by the names of Better Auth's documentation.
pub(super) struct Known {
    model: &'static str,
    /// The table's key where tables are declared by the user: as `@ebratz/dynamodb-better-auth` has it.
    pub(super) declared_key: &'static [&'static str],
    /// The table's key where tables follow from the schema. What is read right after it was written is read by this
    /// key, strongly consistent.
    pub(super) key: &'static [&'static str],
    /// Fields of indexes: partition key, and sort key if there are two.
    pub(super) indexes: &'static [&'static [&'static str]],
    /// Fields that belong to one row only.
    pub(super) unique: &'static [&'static [&'static str]],
}

const fn model(name: &'static str) -> Known {
    Known { model: name, declared_key: &["id"], key: &["id"], indexes: &[], unique: &[] }
}

const DEFAULT: Known = model("");

const KNOWN: &[Known] = &[
    Known { indexes: &[&["stripeCustomerId"]], ..model("user") },
    Known {
        declared_key: &["token"],
        key: &["token"],
        indexes: &[&["userId", "expiresAt"]],
        ..model("session")
    },
    Known {
        declared_key: &["providerId", "accountId"],
        key: &["providerId", "accountId"],
        ..model("account")
    },
    Known { key: &["identifier", "id"], ..model("verification") },
    Known { declared_key: &["key"], key: &["key"], ..model("rateLimit") },
    Known { indexes: &[&["stripeCustomerId"]], ..model("organization") },
    Known { key: &["organizationId", "userId"], ..model("member") },
    Known { indexes: &[&["teamId"]], ..model("invitation") },
    Known { key: &["teamId", "userId"], ..model("teamMember") },
    Known { key: &["organizationId", "role"], ..model("organizationRole") },
    Known { key: &["userId", "id"], ..model("twoFactor") },
    Known { unique: &[&["credentialID"]], ..model("passkey") },
    Known { unique: &[&["key"]], ..model("apikey") },
    Known { unique: &[&["deviceCode"], &["userCode"]], ..model("deviceCode") },
    Known { key: &["address", "chainId"], ..model("walletAddress") },
    Known { indexes: &[&["referenceId"]], ..model("oauthClient") },
    Known { indexes: &[&["userId", "clientId"]], ..model("oauthRefreshToken") },
    Known { key: &["userId", "id"], indexes: &[&["clientId"]], ..model("oauthConsent") },
    Known { indexes: &[&["domain"], &["organizationId"]], ..model("ssoProvider") },
    Known {
        indexes: &[&["referenceId"], &["stripeSubscriptionId"], &["stripeCustomerId"]],
        ..model("subscription")
    },
];

/// What is known of a model.
pub(super) fn of(key: &str) -> &'static Known {
    KNOWN.iter().find(|known| known.model == key).unwrap_or(&DEFAULT)
}

/// Whether a model whose key is not its id has a claim on it: rate limits are never asked for by id.
pub(super) fn has_id_claim(key: &str) -> bool {
    key != "rateLimit"
}

/// Models whose rows stay when the time in their `expiresAt` has come: people and what belongs to them, and keys that
/// verify what was signed before.
const LASTING: &[&str] = &[
    "user",
    "account",
    "organization",
    "member",
    "team",
    "teamMember",
    "organizationRole",
    "subscription",
    "jwks",
    "passkey",
    "twoFactor",
    "walletAddress",
    "ssoProvider",
    "oauthClient",
    "oauthResource",
    "oauthConsent",
];

/// Whether rows of a model stay beyond their `expiresAt`, whoever added that field.
pub(super) fn outlives_expiry(key: &str) -> bool {
    LASTING.contains(&key)
}

/// The account of a password has its user's id for an account id, so a user's credential account is at a known key.
pub(super) const CREDENTIAL: Companion = Companion {
    model: "account",
    field: "userId",
    key: &[("providerId", Some("credential")), ("accountId", None)],
};

/// A row that an index may not show yet, but that is at a key which follows from what is asked for.
pub(super) struct Companion {
    pub(super) model: &'static str,
    /// The field that is asked for.
    pub(super) field: &'static str,
    /// The fields of the table's key with their values; `None`: the value that is asked for.
    pub(super) key: &'static [(&'static str, Option<&'static str>)],
}
