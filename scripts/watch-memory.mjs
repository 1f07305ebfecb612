// Whether calls leave memory behind: `node --expose-gc scripts/watch-memory.mjs [calls]`.
//
// Makes users and looks for them on the embedded engine (one database a round, so that what is stored does not count),
// and fails if the memory of the process has grown after the first rounds by more than what rounds differ by themselves.
import { randomUUID } from "node:crypto"
import { DynamoDBAdapter } from "../index.mjs"

const calls = Number(process.argv[2] ?? 20_000)
const rounds = 10
const tolerated = 12 // MB

const megabytes = (bytes) => Math.round((bytes / 1024 / 1024) * 10) / 10
const adapter = DynamoDBAdapter({ endpoint: `memory:${randomUUID()}` })
const { id } = await adapter.createUser({
  email: "ada@example.com",
  emailVerified: new Date(),
  profile: { tags: ["a", "b"], picture: new Uint8Array(100), seen: new Map([["k", new Set([1])]]) },
})

const sizes = []
for (let round = 0; round <= rounds; round++) {
  for (let done = 0; done < calls / rounds; done += 100) {
    const batch = Array.from({ length: 100 }, (_, n) => {
      if (n % 10 === 0) return adapter.createUser({ email: () => n }).catch(() => {})
      if (n % 10 === 1) return adapter.updateUser({ id, n }).catch(() => {})
      return adapter.getUser(id)
    })
    await Promise.all(batch)
  }
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  sizes.push(rss)
  console.log(
    `after ${Math.round((calls / rounds) * (round + 1))} calls: ${megabytes(rss)} MB in all, ` +
      `${megabytes(heapUsed)} MB of JavaScript, ${megabytes(external)} MB of buffers`,
  )
}

const grown = megabytes(sizes.at(-1) - sizes[2])
console.log(`Grown since round 3: ${grown} MB (up to ${tolerated} MB are tolerated).`)
process.exitCode = grown > tolerated ? 1 : 0
