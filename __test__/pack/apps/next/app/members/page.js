import { auth } from "../../auth"

export default async function Members() {
  const session = await auth()
  return <h1>Members only: {session?.user.email ?? "nobody"}</h1>
}
