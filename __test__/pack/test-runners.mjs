// Test runners that load modules in realms of their own, and more than once: what the package returns is of the realm of the
// test that asked, and `jest.resetModules()` leaves what was made before it working.

/** @typedef {import("./cases.mjs").Context} Context */

/**
 * @param {Context} context
 * @param {Record<string, string>} tools
 * @param {string[]} command
 */
async function runs(context, tools, command) {
  const app = context.createApp("test-runners")
  const dependencies = { dynauth: context.version, "better-auth": "^1.7.5", ...tools }
  app.write("package.json", { private: true, dependencies, jest: { testMatch: ["**/*.jest.cjs"] } })
  await app.run("npm", ["install", "--ignore-scripts"])
  const output = await app.run("npx", command)
  const passed = /Tests:?\s+(\d+) passed/.exec(output)?.[1]
  if (!passed || /failed/.test(output)) throw new Error(output)
  return `${passed} tests passed`
}

export const testRunners = {
  jest: {
    what: "Jest, a realm for each file, with jest.resetModules()",
    run: (/** @type {Context} */ context) => runs(context, { jest: "^30" }, ["jest", "--runInBand"]),
  },
  "vitest-vm": {
    what: "Vitest with the pool vmThreads, a realm for each file",
    run: (/** @type {Context} */ context) =>
      runs(context, { vitest: "^4" }, ["vitest", "run", "--pool=vmThreads"]),
  },
}
