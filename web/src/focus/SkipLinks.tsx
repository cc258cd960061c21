const places = [
  { id: 'view-lanes', words: 'Skip to the lanes' },
  { id: 'side', words: 'Skip to the side panel' },
];

/** Links that show while they have the focus. They leave the fragment of the address alone, because it names the source. */
export function SkipLinks() {
  return (
    <nav class="skip-links" aria-label="Skip links">
      {places.map(({ id, words }) => (
        <a
          key={id}
          href={`#${id}`}
          onClick={(event) => {
            event.preventDefault();
            document.getElementById(id)?.focus();
          }}
        >
          {words}
        </a>
      ))}
    </nav>
  );
}
