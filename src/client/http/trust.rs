//! Whom to trust: the system's certificates, or Mozilla's where the system has none, and those that the environment names.

use std::path::Path;
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

/// TLS that trusts the system's certificates, or Mozilla's where the system has none, and these. It takes milliseconds:
/// where nothing goes by TLS, none of them is read.
pub(super) fn tls(more: &[CertificateDer<'static>]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        // As on the smallest container images.
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots.add_parsable_certificates(more.iter().cloned());
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring knows TLS 1.2 and 1.3");
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The certificates in the files that the environment names.
pub(super) fn named(environment: &Environment) -> Result<Vec<CertificateDer<'static>>> {
    let mut found = Vec::new();
    for variable in VARIABLES {
        let Some(path) = environment.get(variable).filter(|path| !path.is_empty()) else { continue };
        found.extend(certificates(variable, Path::new(path))?);
    }
    Ok(found)
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
