// What the edge may load: no adapter, no provider that needs one.
/** @type {import("next-auth").NextAuthConfig} */
export default {
  providers: [],
  secret: "a secret of 32 characters or more, for tests alone",
  trustHost: true,
  callbacks: {
    authorized: ({ auth }) => Boolean(auth),
  },
}
