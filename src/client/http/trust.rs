//! Whom to trust: the system's certificates, or Mozilla's where the system has none, and those that the environment names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::Environment;
use crate::error::{Code, Error, Result};

/// Files of root certificates to trust beside the system's.
pub(super) const VARIABLES: [&str; 2] = ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// Files of certificates, and the variables that name them.
pub(super) type Files = BTreeMap<PathBuf, &'static str>;

/// TLS that trusts the system's certificates, or Mozilla's where the system has none, and those in these files. It takes
/// milliseconds: where nothing goes by TLS, none of them is read. `INVALID_CONFIG` naming the variable of a
/// file that cannot be used.
pub(super) fn tls(files: &Files) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        // As on the smallest container images.
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for (path, variable) in files {
        roots.add_parsable_certificates(certificates(variable, path)?);
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring knows TLS 1.2 and 1.3");
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

/// The files that the environment names. Both variables often name the same one.
pub(super) fn files(environment: &Environment) -> Files {
    let named =
        |variable| Some((environment.get(variable).filter(|path| !path.is_empty())?.into(), variable));
    VARIABLES.into_iter().rev().filter_map(named).collect()
}

/// The usable certificates of a PEM file. Bundles often hold some that no verifier takes: only none at all is an error.
fn certificates(variable: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unusable = |problem: &str| {
        Error::new(
            Code::InvalidConfig,
            format!("The file {} that {variable} names {problem}", path.display()),
            "Name a file of certificates in PEM format, or unset the variable",
        )
    };
    let text = std::fs::read(path).map_err(|error| unusable(&format!("cannot be read ({error})")))?;
    let usable =
        |certificate: &CertificateDer<'static>| RootCertStore::empty().add(certificate.clone()).is_ok();
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(&text).filter_map(std::result::Result::ok).filter(usable).collect();
    match found.is_empty() {
        true => Err(unusable("holds no certificate")),
        false => Ok(found),
    }
}
