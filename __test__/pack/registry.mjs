// A registry that has our packages as they would be on npm, and sends whoever asks for another one to the real one. So a package
// manager does all that it does for a user: it picks the platform's package, checks integrity, and keeps its own layout.

import { createHash } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { basename } from "node:path"
import { gunzipSync } from "node:zlib"

/**
 * @param {string[]} tarballs of our packages
 * @param {string} upstream the registry that has the others
 * @returns {Promise<{ url: string, asked: string[], close(): void }>} `asked` has the names of our packages that were fetched
 */
export async function startRegistry(tarballs, upstream) {
  const packages = new Map(tarballs.map((path) => [manifestIn(path).name, path]))
  /** @type {string[]} */
  const asked = []
  const server = createServer((request, response) => {
    const [, name, file] = /^\/(@[^/]+%2f[^/]+|[^/]+)(?:\/-\/(.+))?$/i.exec(request.url ?? "") ?? []
    const path = packages.get(name)
    if (!path) {
      response.writeHead(307, { location: new URL(request.url ?? "/", upstream).href }).end()
    } else if (file) {
      asked.push(name)
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(readFileSync(path))
    } else {
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(about(path, `http://${request.headers.host}`)))
    }
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  return { url: `http://127.0.0.1:${port}/`, asked, close: () => server.close() }
}

/** What a registry says of a package that has one version. @param {string} path @param {string} registry */
function about(path, registry) {
  const tarball = readFileSync(path)
  const manifest = manifestIn(path)
  const { name, version } = manifest
  const hash = (/** @type {string} */ kind) => createHash(kind).update(tarball)
  const dist = {
    tarball: `${registry}/${name}/-/${basename(path)}`,
    integrity: `sha512-${hash("sha512").digest("base64")}`,
    shasum: hash("sha1").digest("hex"),
  }
  const when = new Date(0).toISOString()
  return {
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist } },
    time: { created: when, modified: when, [version]: when },
  }
}

/** The package.json in a tarball, which npm puts first or after other files. @param {string} path */
function manifestIn(path) {
  const tar = gunzipSync(readFileSync(path))
  for (let at = 0; at < tar.length;) {
    const name = tar.toString("utf8", at, tar.indexOf(0, at))
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 136), 8)
    if (name === "package/package.json") return JSON.parse(tar.toString("utf8", at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`${path} has no package.json`)
}
