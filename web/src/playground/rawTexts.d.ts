/** A file as a text, which Vite makes of an import that ends so. */
declare module '*?raw' {
  const text: string;
  export default text;
}
