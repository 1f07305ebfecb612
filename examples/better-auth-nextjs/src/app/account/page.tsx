import type { Metadata } from "next"
import Link from "next/link"
import { auth, requestHeaders, requireSession } from "@/auth"
import { DeleteAccount } from "@/components/delete-account"
import { DeviceIcon, PasskeyIcon, TeamIcon } from "@/components/icons"
import { LocalTime } from "@/components/local-time"
import { AddPasskey } from "@/components/passkeys"
import { ManageTwoFactor, TurnOnTwoFactor } from "@/components/two-factor"
import { deviceName } from "@/device"
import { deleteAccount, leave, removePasskey, signOutDevice, signOutOtherDevices } from "./actions"

export const metadata: Metadata = { title: "Account" }

export default async function Account() {
  const { user, session: current } = await requireSession()
  const asked = { headers: await requestHeaders() }

  const [sessions, passkeys, organizations, backupCodes] = await Promise.all([
    auth.api.listSessions(asked),
    auth.api.listPasskeys(asked),
    auth.api.listOrganizations(asked),
    user.twoFactorEnabled
      ? auth.api.viewBackupCodes({ body: { userId: user.id } }).then(({ backupCodes }) => backupCodes.length)
      : undefined,
  ])
  const devices = sessions.sort(
    (a, b) => Number(b.id === current.id) - Number(a.id === current.id) || +b.expiresAt - +a.expiresAt,
  )

  return (
    <div className="page">
      <header className="page-head with-avatar">
        <span className="avatar" aria-hidden="true">
          {user.name.charAt(0).toUpperCase()}
        </span>
        <div className="grow">
          <h1>{user.name}</h1>
          <p className="muted">Signed in as {user.email}</p>
        </div>
        <form action={leave}>
          <button className="button">Sign out</button>
        </form>
      </header>

      <section className="card" aria-labelledby="devices">
        <div className="card-head">
          <div>
            <h2 id="devices">Devices</h2>
            <p className="muted">Each is a session in the table.</p>
          </div>
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
                  Expires <LocalTime date={device.expiresAt} />
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

      <section className="card" aria-labelledby="organizations">
        <div className="card-head">
          <div>
            <h2 id="organizations">Organizations</h2>
            <p className="muted">Create one, and invite others by mail.</p>
          </div>
          <Link className="button small" href="/organizations/new">
            New organization
          </Link>
        </div>
        <ul className="list" aria-labelledby="organizations">
          {organizations.map(({ id, name, slug }) => (
            <li key={id}>
              <span className="badge-icon">
                <TeamIcon />
              </span>
              <div className="grow">
                <strong>{name}</strong>
              </div>
              <Link className="button small" href={`/organizations/${slug}`}>
                Open<span className="hidden"> {name}</span>
              </Link>
            </li>
          ))}
        </ul>
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
            <li key={passkey.id}>
              <span className="badge-icon">
                <PasskeyIcon />
              </span>
              <div className="grow">
                <strong>{passkey.name}</strong>
                <small>
                  {passkey.backedUp ? "Synced between devices" : "Kept on this one device"} · signature
                  counter {passkey.counter}
                </small>
              </div>
              <form action={removePasskey}>
                <button className="button small" name="id" value={passkey.id}>
                  Remove<span className="hidden"> passkey</span>
                </button>
              </form>
            </li>
          ))}
        </ul>
        <div className="row">
          <AddPasskey name={deviceName(current.userAgent)} />
        </div>
      </section>

      <section className="card" aria-labelledby="two-factor">
        <div className="card-head">
          <div>
            <h2 id="two-factor">Two-factor</h2>
            {backupCodes === undefined ? (
              <p className="muted">A code from your phone, besides the password.</p>
            ) : (
              <p className="muted">On. {backupCodes} backup codes are left.</p>
            )}
          </div>
        </div>
        {backupCodes === undefined ? <TurnOnTwoFactor /> : <ManageTwoFactor />}
      </section>

      <section className="card danger-zone" aria-labelledby="delete">
        <div className="card-head">
          <div>
            <h2 id="delete">Delete account</h2>
            <p className="muted">Removes you and everything of yours from the tables.</p>
          </div>
          <DeleteAccount email={user.email} action={deleteAccount} />
        </div>
      </section>
    </div>
  )
}
