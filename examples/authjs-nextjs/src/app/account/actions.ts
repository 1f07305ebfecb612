"use server"

import { refresh } from "next/cache"
import { redirect } from "next/navigation"
import { auth, database, sessionId, signIn, signOut } from "@/auth"

// Anyone can call a server action with any argument: each one asks who is signed in, and touches only what is theirs.
async function signedIn() {
  const session = await auth()
  if (!session) redirect("/sign-in")
  return session
}

export async function leave() {
  await signOut({ redirectTo: "/" })
}

export async function linkAccount(form: FormData) {
  await signedIn()
  // For somebody signed in, Auth.js links the account instead of making a user.
  await signIn(String(form.get("provider")), { redirectTo: "/account" })
}

export async function unlinkAccount(form: FormData) {
  const { user } = await signedIn()
  const accounts = await database.listAccountsByUserId(user.id)
  const account = accounts.find(
    ({ provider, providerAccountId }) =>
      provider === form.get("provider") && providerAccountId === form.get("providerAccountId"),
  )
  if (account) await database.unlinkAccount(account)
  refresh()
}

export async function signOutDevice(form: FormData) {
  const { user } = await signedIn()
  const sessions = await database.listSessionsByUserId(user.id)
  const session = sessions.find(({ sessionToken }) => sessionId(sessionToken) === form.get("id"))
  if (session) await database.deleteSession(session.sessionToken)
  refresh()
}

export async function signOutOtherDevices() {
  const { id, user } = await signedIn()
  const sessions = await database.listSessionsByUserId(user.id)
  const others = sessions.filter(({ sessionToken }) => sessionId(sessionToken) !== id)
  await Promise.all(others.map(({ sessionToken }) => database.deleteSession(sessionToken)))
  refresh()
}

export async function removePasskey(form: FormData) {
  const { user } = await signedIn()
  const passkeys = await database.listAuthenticatorsByUserId(user.id)
  const passkey = passkeys.find(({ credentialID }) => credentialID === form.get("id"))
  if (passkey) {
    // A passkey is two items: an account, like any other way to sign in, and the authenticator with its public key.
    const { providerAccountId, credentialID } = passkey
    await database.unlinkAccount({ provider: "passkey", providerAccountId })
    await database.deleteAuthenticator(credentialID)
  }
  refresh()
}

export async function deleteAccount() {
  const { user } = await signedIn()
  await database.deleteUser(user.id)
  await signOut({ redirectTo: "/?deleted" }) // The session is gone with the user; this clears its cookie.
}
