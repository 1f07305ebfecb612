import { auth } from "../auth"

export const load = async ({ request }) => ({
  session: await auth.api.getSession({ headers: request.headers }),
})
