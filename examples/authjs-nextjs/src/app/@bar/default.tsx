export { default } from "./page"
