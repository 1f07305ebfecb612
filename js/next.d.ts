/**
 * Adds to Next.js's configuration what a native addon needs, and keeps the rest as it is:
 *
 * - `serverExternalPackages` gets `"dynauth"`: Node.js loads it from node_modules, the bundlers leave it alone.
 * - `outputFileTracingIncludes` gets the installed addons, so that `output: "standalone"` and packagers take them along.
 * - `webpack` and `turbopack.rules` get a check that fails the build where code for the edge runtime imports the package, or
 *   where the package is bundled. The error says what to do.
 *
 * It sets what the installed version of Next.js knows, from 13.1 on: before 15.0, the first two are
 * `experimental.serverComponentsExternalPackages` and, since 13.2, `experimental.outputFileTracingIncludes`; `turbopack` came
 * with 15.3. The version is the one that is found from the working directory, which for Next.js is the app's.
 *
 * ```ts
 * // next.config.ts
 * import { withDynauth } from "dynauth/next"
 *
 * export default withDynauth({ output: "standalone" })
 * ```
 *
 * @param config as Next.js takes it: an object, a promise of one, or a function that returns either. Default: `{}`.
 * @returns the same kind of value: an object for an object, a promise for a promise, a function for a function.
 * @throws DynamoAdapterError with the code INVALID_CONFIG if the configuration is something else.
 */
export declare function withDynauth(): NextConfiguration
export declare function withDynauth<Config extends object>(config: Config): Config

/** What `withDynauth()` alone makes. */
export interface NextConfiguration {
  serverExternalPackages?: string[]
  outputFileTracingIncludes?: Record<string, string[]>
  /** A function for Next.js's webpack; Turbopack does not get one. */
  webpack?: (config: any, context: any) => any
  turbopack?: { rules?: Record<string, any> }
}
