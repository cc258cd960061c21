import { useState } from 'preact/hooks';

interface AddressFormProps {
  readonly label: string;
  readonly placeholder: string;
  /** What an address looks like, as a regular expression. */
  readonly pattern: string;
  readonly action: string;
  readonly submit: (address: string) => void;
}

/** Asks for an address. */
export function AddressForm({ label, placeholder, pattern, action, submit }: AddressFormProps) {
  const [address, setAddress] = useState('');
  return (
    <form
      class="address"
      onSubmit={(event) => {
        event.preventDefault();
        submit(address.trim());
      }}
    >
      <input
        required
        aria-label={label}
        title={`It looks like ${placeholder}`}
        placeholder={placeholder}
        pattern={`\\s*${pattern}\\s*`}
        spellcheck={false}
        autocomplete="off"
        value={address}
        onInput={({ currentTarget }) => setAddress(currentTarget.value)}
      />
      <button type="submit">{action}</button>
    </form>
  );
}
