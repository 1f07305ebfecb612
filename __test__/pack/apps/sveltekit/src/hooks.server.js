import { svelteKitHandler } from "better-auth/svelte-kit"
import { building } from "$app/environment"
import { auth } from "./auth"

export const handle = ({ event, resolve }) => svelteKitHandler({ auth, event, resolve, building })
