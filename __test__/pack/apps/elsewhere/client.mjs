import { DynamoDBAdapter } from "dynauth"

globalThis.document.title = String(DynamoDBAdapter({ endpoint: "memory:" }))
