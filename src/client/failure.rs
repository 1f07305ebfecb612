//! What the SDK's failures mean to a caller: one table from exception names to codes, problems and remedies.
