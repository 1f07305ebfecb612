import { DynamoDBAdapter } from "dynauth"

export const adapter = DynamoDBAdapter({ endpoint: "memory:" })
