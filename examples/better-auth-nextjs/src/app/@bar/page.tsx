/**
 * The bar at the top of every page. As a slot of the layout it is rendered anew with each page; the layout itself is not, and
 * would go on saying "Account" when the session has ended elsewhere.
 */
export { Bar as default } from "@/components/bar"
