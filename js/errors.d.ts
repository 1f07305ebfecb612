/** What failures are told apart by. A code never changes its meaning. */
export type ErrorCode =
  /** A where clause uses an operator that this configuration refuses. */
  | "UNSUPPORTED_OPERATOR"
  /** An option that is not supported. */
  | "UNSUPPORTED_OPTION"
  /** A where clause that says nothing sensible. */
  | "INVALID_WHERE"
  /** A condition of a write was not met. */
  | "CONDITIONAL_CHECK_FAILED"
  /** A transaction was cancelled, for instance because others kept writing the same items. */
  | "TRANSACTION_FAILED"
  /** The email belongs to another user. */
  | "EMAIL_EXISTS"
  /** The provider account is linked to another user. */
  | "ACCOUNT_EXISTS"
  /** The user is not there. */
  | "USER_NOT_FOUND"
  /** The authenticator (passkey) is not there. */
  | "AUTHENTICATOR_NOT_FOUND"
  /** A value that DynamoDB cannot hold, or that a field does not take. */
  | "INVALID_VALUE"
  /** A connection or an option that cannot be used as given. */
  | "INVALID_CONFIG"
  /** The table is not there. */
  | "TABLE_NOT_FOUND"
  /** The table is there, the index is not. */
  | "MISSING_INDEX"
  /** The credentials are good, but may not do this. */
  | "ACCESS_DENIED"
  /** There are no credentials, or DynamoDB does not accept them. */
  | "CREDENTIALS"
  /** DynamoDB refused the request for its rate, also after the retries. */
  | "THROTTLED"
  /** No answer in time. */
  | "TIMEOUT"
  /** No connection to the endpoint. */
  | "UNREACHABLE"
  /** An item would be larger than DynamoDB's 400 KB. */
  | "ITEM_TOO_LARGE"
  /** More rows, actions or bytes than one call may write. */
  | "TOO_MANY_ITEMS"
  /** More items to read and sort than the limit allows. */
  | "SCAN_LIMIT_EXCEEDED"
  /** Part of the work was done before it failed; running it again completes it. */
  | "PARTIAL_FAILURE"
  /** The native addon did not load on this system; thrown by the import. */
  | "ADDON_NOT_LOADED"
  /** DynamoDB failed, or answered with something this version does not know. */
  | "INTERNAL"

/** What an error says beside its code and message. */
export interface ErrorDetails {
  cause?: unknown
  operation?: string
  table?: string
}

/**
 * A failure of dynauth. Its message says what was being done, on which table, what went wrong, and what to do next; it
 * never holds a token, a key, a stored value or a credential.
 */
export declare class DynamoAdapterError extends Error {
  constructor(code: ErrorCode, message: string, details?: ErrorDetails)
  /** What failures are told apart by. */
  readonly code: ErrorCode
  /**
   * What the layer below said: for instance an `Error` with the name of DynamoDB's exception, its message, and AWS's
   * `requestId`.
   */
  readonly cause?: unknown
  /** The method that failed, such as `"createUser"`. */
  readonly operation?: string
  /** The table it was about. */
  readonly table?: string
}

/** `code: "UNSUPPORTED_OPERATOR"`. */
export declare class UnsupportedOperatorError extends DynamoAdapterError {
  constructor(message: string, details?: ErrorDetails)
}

/** `code: "UNSUPPORTED_OPTION"`. */
export declare class UnsupportedOptionError extends DynamoAdapterError {
  constructor(message: string, details?: ErrorDetails)
}

/** `code: "INVALID_WHERE"`. */
export declare class InvalidWhereError extends DynamoAdapterError {
  constructor(message: string, details?: ErrorDetails)
}
