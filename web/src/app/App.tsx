/** The page. */
export function App() {
  return (
    <main>
      <h1>rx-usocket</h1>
    </main>
  );
}
