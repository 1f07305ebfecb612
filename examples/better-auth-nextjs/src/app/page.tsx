import Link from "next/link"
import { currentSession } from "@/auth"

const steps = [
  ["Password", "Sign up with any email address. A taken one is refused, however many ask at once."],
  ["Devices", "Sign in with a second browser, then sign it out from the first."],
  ["Organization", "Create one and invite somebody. The mail is on the Inbox page and in the terminal."],
  ["Passkey", "Add one on the account page, sign out, and come back without typing anything."],
  ["Two-factor", "Scan a code with an authenticator app. Each backup code works once."],
  ["Leave", "Delete the account. Nothing of it stays in the tables."],
]

/** The tables of this app, as they follow from its plugins. */
const tables = [
  ["user", "id", "email"],
  ["session", "token", "userId"],
  ["account", "providerId, accountId", "userId"],
  ["organization", "id", "slug"],
  ["member", "id", "organizationId, userId"],
  ["invitation", "id", "organizationId, email"],
  ["passkey", "id", "credentialID, userId"],
  ["twoFactor", "id", "userId"],
]

export default async function Home({ searchParams }: PageProps<"/">) {
  const session = await currentSession()
  const { deleted } = await searchParams

  return (
    <>
      {deleted !== undefined && (
        <p className="notice" role="status">
          Your account is deleted. Nothing of it is left in the tables.
        </p>
      )}
      <section className="hero">
        <div>
          <p className="eyebrow">Better Auth on DynamoDB</p>
          <h1>
            Every plugin.
            <br />
            No table by hand.
          </h1>
          <p className="lead">
            A small Next.js app with organizations, passkeys and two-factor. The adapter is one line, and the
            database is a file next to the app until you point it at AWS.
          </p>
          {session ? (
            <Link className="button primary" href="/account">
              Go to your account
            </Link>
          ) : (
            <Link className="button primary" href="/sign-up">
              Sign up
            </Link>
          )}
        </div>
        <figure className="card table-card">
          <figcaption>
            <code>better-auth-…</code>
            <span>keys and indexes follow from the plugins</span>
          </figcaption>
          <table>
            <thead>
              <tr>
                <th scope="col">table</th>
                <th scope="col">key</th>
                <th scope="col">also found by</th>
              </tr>
            </thead>
            <tbody>
              {tables.map(([table, key, index]) => (
                <tr key={table}>
                  <td>{table}</td>
                  <td>{key}</td>
                  <td>{index}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </figure>
      </section>

      <section aria-labelledby="try">
        <h2 id="try">What to try</h2>
        <ol className="steps">
          {steps.map(([title, text]) => (
            <li key={title} className="card">
              <h3>{title}</h3>
              <p>{text}</p>
            </li>
          ))}
        </ol>
      </section>
    </>
  )
}
