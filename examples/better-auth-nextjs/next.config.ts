import type { NextConfig } from "next"

const config: NextConfig = {
  // dynauth is a native addon: Node.js loads it from node_modules, the bundler leaves it alone.
  serverExternalPackages: ["dynauth"],
  // This folder is the whole app, although there are lock files above it.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  devIndicators: false,
}

export default config
