import { Auth, type AuthConfig } from "@auth/core"
import type { Adapter } from "@auth/core/adapters"
import { DynamoDBAdapter } from "dynauth"

export const config: AuthConfig = { adapter: DynamoDBAdapter(), providers: [] }

export const adapter: Adapter = DynamoDBAdapter()

export const response = Auth(new Request("https://example.com"), {
  adapter: DynamoDBAdapter({ endpoint: "memory:" }),
  providers: [],
})
