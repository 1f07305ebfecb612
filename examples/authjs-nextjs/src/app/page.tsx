import Link from "next/link"
import { auth } from "@/auth"

const steps = [
  ["Magic link", "Give any email address. The mail shows up on the Inbox page and in the terminal."],
  ["OpenID Connect", "Acorn ID and Birch ID are two identity providers that run beside this app."],
  ["Link accounts", "Signed in with one, add the other: both open the same account."],
  ["Passkeys", "Add one on the account page, sign out, and come back without typing anything."],
  ["Devices", "Sign in with a second browser, then sign it out from the first."],
  ["Leave", "Delete the account. Nothing of it stays in the table."],
]

/** What the adapter writes for one person who did all of the above. */
const items = [
  ["USER#7f3a", "USER#7f3a", "user"],
  ["USER#7f3a", "ACCOUNT#acorn#caa8", "linked account"],
  ["USER#7f3a", "AUTHENTICATOR#pQ8", "passkey"],
  ["USER#7f3a", "SESSION#9b2c", "this device"],
  ["USER#7f3a", "SESSION#e41d", "another device"],
  ["EMAIL#ada@…", "EMAIL#ada@…", "unique email"],
]

export default async function Home({ searchParams }: PageProps<"/">) {
  const session = await auth()
  const { deleted } = await searchParams

  return (
    <>
      {deleted !== undefined && (
        <p className="notice" role="status">
          Your account is deleted. Nothing of it is left in the table.
        </p>
      )}
      <section className="hero">
        <div>
          <p className="eyebrow">Auth.js on DynamoDB</p>
          <h1>
            One table.
            <br />
            Every way in.
          </h1>
          <p className="lead">
            A small Next.js app with database sessions. The adapter is one line, and the database is a file
            next to the app until you point it at AWS.
          </p>
          {session ? (
            <Link className="button primary" href="/account">
              Go to your account
            </Link>
          ) : (
            <Link className="button primary" href="/sign-in">
              Sign in
            </Link>
          )}
        </div>
        <figure className="card table-card">
          <figcaption>
            <code>next-auth</code>
            <span>one person in the table</span>
          </figcaption>
          <table>
            <thead>
              <tr>
                <th scope="col">pk</th>
                <th scope="col">sk</th>
                <th scope="col">what it is</th>
              </tr>
            </thead>
            <tbody>
              {items.map(([pk, sk, meaning]) => (
                <tr key={sk}>
                  <td>{pk}</td>
                  <td>{sk}</td>
                  <td>{meaning}</td>
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
