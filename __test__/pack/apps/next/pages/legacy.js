import { auth } from "../auth"
import { adapter } from "../db"

export default function Legacy({ email, verified }) {
  return <h1>{email ? `Pages know ${email}, verified ${verified}` : "Pages know nobody"}</h1>
}

export async function getServerSideProps(context) {
  const session = await auth(context)
  const user = session && (await adapter.getUserByEmail(session.user.email))
  return { props: { email: user?.email ?? null, verified: String(user?.emailVerified instanceof Date) } }
}
