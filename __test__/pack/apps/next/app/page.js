import { auth } from "../auth"

export default async function Page() {
  const session = await auth()
  return <h1>{session ? `Signed in as ${session.user.email}` : "Signed out"}</h1>
}
