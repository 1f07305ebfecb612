//! Node-API's C functions, wrapped once: the only file that calls them on values.
//!
//! napi-rs's own types pay for lifetimes, checks and a threadsafe function of their own with every value and promise;
//! what crosses here is counted in microseconds. A [`Js`] is a handle: good until its handle scope is closed, which for
//! everything here is the end of the callback that it was made in, and only on the thread of its environment. No
//! [`Js`] is kept beyond that; what must live longer is a [`Reference`].
#![allow(unsafe_code)] // Node-API is a C interface.

use std::ffi::{CString, c_void};
use std::mem::MaybeUninit;
use std::ptr;

use napi::sys;

use crate::error::{Code, Error};

/// A value of JavaScript.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Js(pub(super) sys::napi_value);

/// Why a step failed: our own error, or an exception that waits in the environment.
pub(super) enum Failure {
    /// An error of ours, not yet one of JavaScript.
    Ours(Error),
    /// JavaScript threw (a getter, a trap of a proxy); the exception is pending in the environment.
    Thrown,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Ours(error)
    }
}

pub(super) type Result<T, E = Failure> = std::result::Result<T, E>;

/// What kind of value it is, as `typeof` and a few brand checks tell it, in any realm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Undefined,
    Null,
    Boolean,
    Number,
    String,
    Symbol,
    BigInt,
    Function,
    External,
    Object,
}

/// An environment: one per thread and loaded copy of the addon. Its methods are called on its own thread only; it is
/// made from what Node hands to a callback, and never sent to another thread.
#[derive(Clone, Copy)]
pub(super) struct Env(sys::napi_env);

/// Whether a property is found by `Object.keys` and the like.
#[derive(Clone, Copy)]
pub(super) enum Visibility {
    Enumerable,
    Hidden,
}

/// The side of a promise that settles it, once.
pub(super) struct Deferred(sys::napi_deferred);

/// A value known beyond the callback it came in: kept alive by [`Env::reference`], or only as long as JavaScript holds
/// it by [`Env::weak_reference`]. Freed by [`Env::release`]; with its environment otherwise.
pub(super) struct Reference(sys::napi_ref);

/// Calls a Node-API function whose last parameter is where its result goes.
macro_rules! get {
    ($env:expr, $function:ident($($argument:expr),*)) => {{
        let mut result = MaybeUninit::uninit();
        // SAFETY: the handles come from this environment, on its thread, in an open scope (see the module's comment);
        // `result` has the type that the function writes.
        let status = unsafe { sys::$function($env.0, $($argument,)* result.as_mut_ptr()) };
        match status {
            // SAFETY: with `napi_ok`, Node-API has written the result.
            sys::Status::napi_ok => Ok(unsafe { result.assume_init() }),
            status => Err($env.failure(status, stringify!($function))),
        }
    }};
}

/// Calls a Node-API function without a result.
macro_rules! run {
    ($env:expr, $function:ident($($argument:expr),*)) => {{
        // SAFETY: the handles come from this environment, on its thread, in an open scope (see the module's comment).
        let status = unsafe { sys::$function($env.0, $($argument),*) };
        match status {
            sys::Status::napi_ok => Ok(()),
            status => Err($env.failure(status, stringify!($function))),
        }
    }};
}

impl Env {
    /// # Safety
    /// `raw` is what Node gave to the callback that runs now, on this thread.
    pub(super) unsafe fn from_raw(raw: sys::napi_env) -> Self {
        Env(raw)
    }

    pub(super) fn raw(self) -> sys::napi_env {
        self.0
    }

    #[cold]
    fn failure(self, status: sys::napi_status, function: &'static str) -> Failure {
        let mut pending = false;
        // SAFETY: the environment is alive on this thread; the result is a plain bool.
        unsafe { sys::napi_is_exception_pending(self.0, &mut pending) };
        if pending {
            return Failure::Thrown;
        }
        Failure::Ours(Error::new(
            Code::Internal,
            format!("Node-API's {function} failed with status {status}"),
            "Please report this",
        ))
    }

    /// Takes the pending exception out of the environment.
    pub(super) fn take_exception(self) -> Result<Js> {
        get!(self, napi_get_and_clear_last_exception()).map(Js)
    }

    /// Makes a value the pending exception, so that the callback throws it when it returns.
    pub(super) fn throw(self, error: Js) {
        let _ = run!(self, napi_throw(error.0));
    }

    // ---- making values ----

    pub(super) fn undefined(self) -> Result<Js> {
        get!(self, napi_get_undefined()).map(Js)
    }

    pub(super) fn null(self) -> Result<Js> {
        get!(self, napi_get_null()).map(Js)
    }

    pub(super) fn boolean(self, value: bool) -> Result<Js> {
        get!(self, napi_get_boolean(value)).map(Js)
    }

    pub(super) fn number(self, value: f64) -> Result<Js> {
        get!(self, napi_create_double(value)).map(Js)
    }

    pub(super) fn string(self, text: &str) -> Result<Js> {
        // ASCII is Latin-1, which V8 copies instead of decoding it.
        if text.is_ascii() {
            get!(self, napi_create_string_latin1(text.as_ptr().cast(), text.len() as isize)).map(Js)
        } else {
            get!(self, napi_create_string_utf8(text.as_ptr().cast(), text.len() as isize)).map(Js)
        }
    }

    pub(super) fn bigint(self, value: i128) -> Result<Js> {
        let magnitude = value.unsigned_abs();
        let words = [magnitude as u64, (magnitude >> 64) as u64];
        get!(self, napi_create_bigint_words(i32::from(value < 0), 2, words.as_ptr())).map(Js)
    }

    pub(super) fn date(self, milliseconds: i64) -> Result<Js> {
        get!(self, napi_create_date(milliseconds as f64)).map(Js)
    }

    /// A `Uint8Array` with a copy of the bytes.
    pub(super) fn bytes(self, bytes: &[u8]) -> Result<Js> {
        let mut data: *mut c_void = ptr::null_mut();
        let buffer = get!(self, napi_create_arraybuffer(bytes.len(), &mut data))?;
        if !bytes.is_empty() {
            // SAFETY: Node-API has just allocated `bytes.len()` bytes at `data`; nothing else knows of them yet.
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast::<u8>(), bytes.len()) };
        }
        get!(self, napi_create_typedarray(sys::TypedarrayType::uint8_array, bytes.len(), buffer, 0)).map(Js)
    }

    /// Copies bytes into a `Uint8Array` of their number that nobody else has yet.
    pub(super) fn fill_bytes(self, array: Js, bytes: &[u8]) -> Result<()> {
        let TypedArray { kind, length, data, .. } = self.typed_array(array)?;
        if kind == sys::TypedarrayType::uint8_array && length == bytes.len() && length > 0 {
            // SAFETY: Node-API says that `length` bytes are at `data`, and no JavaScript runs while they are written.
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast::<u8>(), length) };
        }
        Ok(())
    }

    pub(super) fn array(self, length: usize) -> Result<Js> {
        get!(self, napi_create_array_with_length(length)).map(Js)
    }

    pub(super) fn set_element(self, array: Js, index: usize, value: Js) -> Result<()> {
        run!(self, napi_set_element(array.0, index as u32, value.0))
    }

    pub(super) fn object(self) -> Result<Js> {
        get!(self, napi_create_object()).map(Js)
    }

    /// `object[key] = value`, setters of the prototype included.
    pub(super) fn set_property(self, object: Js, key: Js, value: Js) -> Result<()> {
        run!(self, napi_set_property(object.0, key.0, value.0))
    }

    /// Makes an own property, also where an assignment would do something else (`__proto__`).
    pub(super) fn define_property(
        self,
        object: Js,
        key: Js,
        value: Js,
        visibility: Visibility,
    ) -> Result<()> {
        let enumerable = match visibility {
            Visibility::Enumerable => sys::PropertyAttributes::enumerable,
            Visibility::Hidden => sys::PropertyAttributes::default,
        };
        let property = sys::napi_property_descriptor {
            utf8name: ptr::null(),
            name: key.0,
            method: None,
            getter: None,
            setter: None,
            value: value.0,
            attributes: sys::PropertyAttributes::writable
                | sys::PropertyAttributes::configurable
                | enumerable,
            data: ptr::null_mut(),
        };
        run!(self, napi_define_properties(object.0, 1, &property))
    }

    /// A function whose callback gets `data`, which is dropped when the function is collected.
    pub(super) fn function<T: 'static>(
        self,
        name: &str,
        callback: unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value,
        data: Box<T>,
    ) -> Result<Js> {
        unsafe extern "C" fn finalize<T>(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
            // SAFETY: `data` is the box that was given away below, and the function that used it is gone.
            drop(unsafe { Box::from_raw(data.cast::<T>()) });
        }
        let data = Box::into_raw(data).cast::<c_void>();
        let made =
            get!(self, napi_create_function(name.as_ptr().cast(), name.len() as isize, Some(callback), data))
                .and_then(|function| {
                    run!(
                        self,
                        napi_add_finalizer(
                            function,
                            data,
                            Some(finalize::<T>),
                            ptr::null_mut(),
                            ptr::null_mut()
                        )
                    )?;
                    Ok(Js(function))
                });
        if made.is_err() {
            // SAFETY: no finalizer was added, so the box is still ours; the function, if there is one, is never handed
            // out.
            drop(unsafe { Box::from_raw(data.cast::<T>()) });
        }
        made
    }

    /// A promise, and the side that settles it.
    pub(super) fn promise(self) -> Result<(Deferred, Js)> {
        let mut deferred = ptr::null_mut();
        let promise = get!(self, napi_create_promise(&mut deferred))?;
        Ok((Deferred(deferred), Js(promise)))
    }

    pub(super) fn resolve(self, deferred: Deferred, value: Js) -> Result<()> {
        run!(self, napi_resolve_deferred(deferred.0, value.0))
    }

    pub(super) fn reject(self, deferred: Deferred, reason: Js) -> Result<()> {
        run!(self, napi_reject_deferred(deferred.0, reason.0))
    }

    // ---- reading values ----

    pub(super) fn kind(self, value: Js) -> Result<Kind> {
        use sys::ValueType as T;
        Ok(match get!(self, napi_typeof(value.0))? {
            T::napi_undefined => Kind::Undefined,
            T::napi_null => Kind::Null,
            T::napi_boolean => Kind::Boolean,
            T::napi_number => Kind::Number,
            T::napi_string => Kind::String,
            T::napi_symbol => Kind::Symbol,
            T::napi_bigint => Kind::BigInt,
            T::napi_function => Kind::Function,
            T::napi_external => Kind::External,
            _ => Kind::Object,
        })
    }

    pub(super) fn as_boolean(self, value: Js) -> Result<bool> {
        get!(self, napi_get_value_bool(value.0))
    }

    pub(super) fn as_number(self, value: Js) -> Result<f64> {
        get!(self, napi_get_value_double(value.0))
    }

    /// The text, or `None` where a lone surrogate keeps it from being Unicode.
    pub(super) fn as_string(self, value: Js) -> Result<Option<String>> {
        self.as_text(value, usize::MAX).map(|text| text.ok())
    }

    /// The text of at most so many UTF-16 units, or why there is none.
    pub(super) fn as_text(self, value: Js, limit: usize) -> Result<std::result::Result<String, NoText>> {
        // Most strings here are names, ids and tokens: one call with a buffer on the stack. UTF-16, for Node-API's
        // UTF-8 silently replaces lone surrogates.
        let mut short = [MaybeUninit::<u16>::uninit(); 192];
        let read = get!(self, napi_get_value_string_utf16(value.0, short.as_mut_ptr().cast(), short.len()))?;
        if read < short.len() - 1 {
            if read > limit {
                return Ok(Err(NoText::TooLong));
            }
            // SAFETY: Node-API has written `read` units.
            return Ok(from_utf16(unsafe { short[..read].assume_init_ref() }).ok_or(NoText::NotUnicode));
        }
        let length = get!(self, napi_get_value_string_utf16(value.0, ptr::null_mut(), 0))?;
        if length > limit {
            return Ok(Err(NoText::TooLong));
        }
        let mut long = Vec::<u16>::with_capacity(length + 1);
        let read = get!(self, napi_get_value_string_utf16(value.0, long.as_mut_ptr(), length + 1))?;
        // SAFETY: Node-API has written `read` units and a terminating zero, at most `length + 1` in all.
        unsafe { long.set_len(read) };
        Ok(from_utf16(&long).ok_or(NoText::NotUnicode))
    }

    /// The bigint, or `None` if it has more than 127 bits.
    pub(super) fn as_bigint(self, value: Js) -> Result<Option<i128>> {
        let (mut sign, mut words) = (0, [0u64; 2]);
        let mut count = words.len();
        run!(self, napi_get_value_bigint_words(value.0, &mut sign, &mut count, words.as_mut_ptr()))?;
        let magnitude = u128::from(words[0]) | u128::from(words[1]) << 64;
        if count > words.len() {
            return Ok(None);
        }
        Ok(i128::try_from(magnitude).ok().map(|number| if sign == 0 { number } else { -number }))
    }

    pub(super) fn is_array(self, value: Js) -> Result<bool> {
        get!(self, napi_is_array(value.0))
    }

    pub(super) fn array_length(self, array: Js) -> Result<u32> {
        get!(self, napi_get_array_length(array.0))
    }

    pub(super) fn element(self, array: Js, index: u32) -> Result<Js> {
        get!(self, napi_get_element(array.0, index)).map(Js)
    }

    pub(super) fn is_date(self, value: Js) -> Result<bool> {
        get!(self, napi_is_date(value.0))
    }

    /// A date's milliseconds; NaN if it is invalid.
    pub(super) fn date_value(self, value: Js) -> Result<f64> {
        get!(self, napi_get_date_value(value.0))
    }

    pub(super) fn is_typed_array(self, value: Js) -> Result<bool> {
        get!(self, napi_is_typedarray(value.0))
    }

    fn typed_array(self, array: Js) -> Result<TypedArray> {
        let (mut kind, mut length, mut data, mut buffer, mut offset) =
            (0, 0, ptr::null_mut(), ptr::null_mut(), 0);
        run!(
            self,
            napi_get_typedarray_info(array.0, &mut kind, &mut length, &mut data, &mut buffer, &mut offset)
        )?;
        Ok(TypedArray { kind, length, data, buffer })
    }

    /// A copy of a `Uint8Array`'s bytes, or why there is none.
    pub(super) fn as_bytes(self, array: Js, limit: usize) -> Result<std::result::Result<Vec<u8>, NoBytes>> {
        let TypedArray { kind, length, data, buffer } = self.typed_array(array)?;
        if kind != sys::TypedarrayType::uint8_array {
            return Ok(Err(NoBytes::OtherElements));
        }
        if !get!(self, napi_is_arraybuffer(buffer))? {
            return Ok(Err(NoBytes::Shared));
        }
        if get!(self, napi_is_detached_arraybuffer(buffer))? {
            return Ok(Err(NoBytes::Detached));
        }
        if length > limit {
            return Ok(Err(NoBytes::TooLong));
        }
        if length == 0 {
            return Ok(Ok(Vec::new()));
        }
        // SAFETY: Node-API says that `length` bytes are at `data`; no JavaScript runs while they are copied, and the
        // memory is not shared with another thread.
        Ok(Ok(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) }.to_vec()))
    }

    pub(super) fn prototype(self, object: Js) -> Result<Js> {
        get!(self, napi_get_prototype(object.0)).map(Js)
    }

    pub(super) fn same(self, left: Js, right: Js) -> Result<bool> {
        get!(self, napi_strict_equals(left.0, right.0))
    }

    /// The names of the own enumerable properties, symbols left out, in JavaScript's order.
    pub(super) fn own_names(self, object: Js) -> Result<Js> {
        get!(
            self,
            napi_get_all_property_names(
                object.0,
                sys::KeyCollectionMode::own_only,
                sys::KeyFilter::enumerable | sys::KeyFilter::skip_symbols,
                sys::KeyConversion::numbers_to_strings
            )
        )
        .map(Js)
    }

    pub(super) fn property(self, object: Js, key: Js) -> Result<Js> {
        get!(self, napi_get_property(object.0, key.0)).map(Js)
    }

    pub(super) fn named(self, object: Js, name: &str) -> Result<Js> {
        let name = CString::new(name).expect("names of our own have no zero");
        get!(self, napi_get_named_property(object.0, name.as_ptr())).map(Js)
    }

    pub(super) fn global(self) -> Result<Js> {
        get!(self, napi_get_global()).map(Js)
    }

    pub(super) fn call(self, function: Js, arguments: &[Js]) -> Result<Js> {
        let this = self.undefined()?;
        get!(self, napi_call_function(this.0, function.0, arguments.len(), arguments.as_ptr().cast())).map(Js)
    }

    // ---- lifetimes ----

    pub(super) fn reference(self, value: Js) -> Result<Reference> {
        get!(self, napi_create_reference(value.0, 1)).map(Reference)
    }

    /// Of an object or a function.
    pub(super) fn weak_reference(self, value: Js) -> Result<Reference> {
        get!(self, napi_create_reference(value.0, 0)).map(Reference)
    }

    /// Lets a weak reference keep its value alive, until [`Env::weaken`].
    pub(super) fn strengthen(self, reference: &Reference) {
        let _ = get!(self, napi_reference_ref(reference.0));
    }

    /// Lets a reference be weak again.
    pub(super) fn weaken(self, reference: &Reference) {
        let _ = get!(self, napi_reference_unref(reference.0));
    }

    /// The value of a reference that keeps it alive.
    pub(super) fn get(self, reference: &Reference) -> Result<Js> {
        get!(self, napi_get_reference_value(reference.0)).map(Js)
    }

    /// The value of a weak reference, if it is still there.
    pub(super) fn get_weak(self, reference: &Reference) -> Result<Option<Js>> {
        let value: sys::napi_value = get!(self, napi_get_reference_value(reference.0))?;
        Ok((!value.is_null()).then_some(Js(value)))
    }

    pub(super) fn release(self, reference: Reference) {
        self.free(&reference);
    }

    /// [`Env::release`] for what is dropped with the reference in it.
    pub(super) fn free(self, reference: &Reference) {
        let _ = run!(self, napi_delete_reference(reference.0));
    }

    /// Runs `work` in a handle scope of its own, so that what it makes is freed after it, not only after the whole
    /// callback. No handle may come out of it.
    pub(super) fn scope<T>(self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let scope = get!(self, napi_open_handle_scope())?;
        let result = work();
        // SAFETY: the scope was opened above and everything opened inside it has been closed.
        unsafe { sys::napi_close_handle_scope(self.0, scope) };
        result
    }
}

/// What Node-API says of a typed array.
struct TypedArray {
    kind: sys::napi_typedarray_type,
    length: usize,
    /// The array's first byte.
    data: *mut c_void,
    buffer: sys::napi_value,
}

/// Why a string is not taken as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoText {
    NotUnicode,
    TooLong,
}

/// Why a typed array is not taken as bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoBytes {
    OtherElements,
    Shared,
    Detached,
    TooLong,
}

fn from_utf16(units: &[u16]) -> Option<String> {
    if units.iter().all(|unit| *unit < 0x80) {
        let ascii = units.iter().map(|unit| *unit as u8).collect();
        return Some(String::from_utf8(ascii).expect("ASCII is UTF-8"));
    }
    String::from_utf16(units).ok()
}

/// The arguments and the data of the callback that runs now; missing arguments are `undefined`.
///
/// # Safety
/// `raw` and `info` are what Node gave to the callback that runs now; its function was made by [`Env::function`] with
/// a `T`, which lives as long as the function, hence as long as this call.
pub(super) unsafe fn arguments<'a, T, const N: usize>(
    raw: sys::napi_env,
    info: sys::napi_callback_info,
) -> Result<([Js; N], &'a T)> {
    let mut values = [Js(ptr::null_mut()); N];
    let (mut count, mut data) = (N, ptr::null_mut());
    // SAFETY: `values` has room for N handles (`Js` is transparent), of which Node fills all; the rest is out-pointers.
    let status = unsafe {
        sys::napi_get_cb_info(raw, info, &mut count, values.as_mut_ptr().cast(), ptr::null_mut(), &mut data)
    };
    if status != sys::Status::napi_ok {
        return Err(Env(raw).failure(status, "napi_get_cb_info"));
    }
    // SAFETY: see above: the data of this function is a `T`.
    Ok((values, unsafe { &*data.cast::<T>() }))
}
