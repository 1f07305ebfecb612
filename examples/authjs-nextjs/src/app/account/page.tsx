import type { Metadata } from "next"
import { redirect } from "next/navigation"
import { auth, database, sessionId } from "@/auth"
import { DeleteAccount } from "@/components/delete-account"
import { DeviceIcon, LinkIcon, PasskeyIcon } from "@/components/icons"
import { LocalTime } from "@/components/local-time"
import { AddPasskey } from "@/components/passkeys"
import { RefreshSession } from "@/components/refresh-session"
import { deviceName } from "@/device"
import { signInError } from "@/sign-in-error"
import {
  deleteAccount,
  leave,
  linkAccount,
  removePasskey,
  signOutDevice,
  signOutOtherDevices,
  unlinkAccount,
} from "./actions"

export const metadata: Metadata = { title: "Account" }

const providers = [
  { id: "acorn", name: "Acorn ID" },
  { id: "birch", name: "Birch ID" },
]

export default async function Account({ searchParams }: PageProps<"/account">) {
  const { error } = await searchParams
  const current = await auth()
  if (!current) redirect("/sign-in")
  const { user } = current
  const name = user.name ?? user.email.split("@")[0]

  const [sessions, allAccounts, passkeys] = await Promise.all([
    database.listSessionsByUserId(user.id),
    database.listAccountsByUserId(user.id),
    database.listAuthenticatorsByUserId(user.id),
  ])
  const now = new Date()
  const devices = sessions
    // DynamoDB's TTL removes expired sessions within days, not at once.
    .filter(({ expires }) => expires > now)
    .map((session) => ({ ...session, id: sessionId(session.sessionToken) }))
    .sort((a, b) => Number(b.id === current.id) - Number(a.id === current.id) || +b.expires - +a.expires)
  const accounts = allAccounts.filter(({ type }) => type !== "webauthn")
  const addable = providers.filter(({ id }) => !accounts.some(({ provider }) => provider === id))

  return (
    <div className="page">
      <header className="page-head with-avatar">
        <span className="avatar" aria-hidden="true">
          {name.charAt(0).toUpperCase()}
        </span>
        <div className="grow">
          <h1>{name}</h1>
          <p className="muted">Signed in as {user.email}</p>
        </div>
        <form action={leave}>
          <button className="button">Sign out</button>
        </form>
      </header>

      {error && (
        <p className="notice bad" role="alert">
          {signInError(error)}
        </p>
      )}

      <section className="card" aria-labelledby="devices">
        <div className="card-head">
          <div>
            <h2 id="devices">Devices</h2>
            <p className="muted">Each is a session in the table; using it moves its expiry.</p>
          </div>
          <RefreshSession />
        </div>
        <ul className="list" aria-labelledby="devices">
          {devices.map((device) => (
            <li key={device.id}>
              <span className="badge-icon">
                <DeviceIcon />
              </span>
              <div className="grow">
                <strong>{deviceName(device.userAgent)}</strong>
                {device.id === current.id && <span className="tag">This device</span>}
                <small>
                  Expires <LocalTime date={device.expires} />
                </small>
              </div>
              {device.id !== current.id && (
                <form action={signOutDevice}>
                  <button className="button small" name="id" value={device.id}>
                    Sign out<span className="hidden"> {deviceName(device.userAgent)}</span>
                  </button>
                </form>
              )}
            </li>
          ))}
        </ul>
        {devices.length > 1 && (
          <form action={signOutOtherDevices} className="row end">
            <button className="button">Sign out all other devices</button>
          </form>
        )}
      </section>

      <section className="card" aria-labelledby="accounts">
        <div className="card-head">
          <div>
            <h2 id="accounts">Linked accounts</h2>
            <p className="muted">Any of them signs you in. So does a link to {user.email}.</p>
          </div>
        </div>
        <ul className="list" aria-labelledby="accounts">
          {accounts.map(({ provider, providerAccountId }) => (
            <li key={provider + providerAccountId}>
              <span className={`badge-icon ${provider}`}>
                <LinkIcon />
              </span>
              <div className="grow">
                <strong>{providers.find(({ id }) => id === provider)?.name ?? provider}</strong>
                <small>
                  <code>{providerAccountId}</code>
                </small>
              </div>
              <form action={unlinkAccount}>
                <input type="hidden" name="provider" value={provider} />
                <input type="hidden" name="providerAccountId" value={providerAccountId} />
                <button className="button small">
                  Unlink<span className="hidden"> {provider}</span>
                </button>
              </form>
            </li>
          ))}
        </ul>
        {addable.length > 0 && (
          <form action={linkAccount} className="row">
            {addable.map(({ id, name }) => (
              <button key={id} className="button" name="provider" value={id}>
                <span className={`dot ${id}`} /> Link {name}
              </button>
            ))}
          </form>
        )}
      </section>

      <section className="card" aria-labelledby="passkeys">
        <div className="card-head">
          <div>
            <h2 id="passkeys">Passkeys</h2>
            <p className="muted">Sign in with your fingerprint, face or screen lock.</p>
          </div>
        </div>
        <ul className="list" aria-labelledby="passkeys">
          {passkeys.map((passkey) => (
            <li key={passkey.credentialID}>
              <span className="badge-icon">
                <PasskeyIcon />
              </span>
              <div className="grow">
                <strong>{deviceName(passkey.userAgent)}</strong>
                <small>
                  {passkey.credentialBackedUp ? "Synced between devices" : "Kept on this one device"} ·
                  signature counter {passkey.counter}
                </small>
              </div>
              <form action={removePasskey}>
                <button className="button small" name="id" value={passkey.credentialID}>
                  Remove<span className="hidden"> passkey</span>
                </button>
              </form>
            </li>
          ))}
        </ul>
        <div className="row">
          <AddPasskey />
        </div>
      </section>

      <section className="card danger-zone" aria-labelledby="delete">
        <div className="card-head">
          <div>
            <h2 id="delete">Delete account</h2>
            <p className="muted">Removes you and everything of yours from the table.</p>
          </div>
          <DeleteAccount email={user.email} action={deleteAccount} />
        </div>
      </section>
    </div>
  )
}
