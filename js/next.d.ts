/**
 * Adds to Next.js's configuration what a native addon needs, and leaves the rest as it is:
 *
 * - `serverExternalPackages` gets `"dynauth"`: Node.js loads it from node_modules, the bundlers leave it alone.
 * - `outputFileTracingIncludes` gets the installed addons, so that `output: "standalone"` and packagers take them along.
 *
 * Up to Next.js 14, it is `experimental.serverComponentsExternalPackages` and `experimental.outputFileTracingIncludes`; the
 * version is the one installed in the working directory, which for Next.js is the app's.
 *
 * ```ts
 * // next.config.ts
 * import { withDynauth } from "dynauth/next"
 *
 * export default withDynauth({ output: "standalone" })
 * ```
 *
 * @param config as Next.js takes it: an object, or a function that returns one or a promise of one. Default: `{}`.
 * @returns the same kind of value: an object for an object, a function for a function.
 * @throws DynamoAdapterError with the code INVALID_CONFIG if the configuration is something else.
 */
export declare function withDynauth(): NextConfiguration
export declare function withDynauth<Config extends object>(config: Config): Config

/** What `withDynauth()` alone makes. */
export interface NextConfiguration {
  serverExternalPackages?: string[]
  outputFileTracingIncludes?: Record<string, string[]>
}
