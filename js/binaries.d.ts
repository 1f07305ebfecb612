// The addon by the paths that `addon.js` requires it by. What it exports is in `native.d.ts`.

declare module "*.node"
declare module "dynauth-*"
