interface Props<Name extends string> {
  label: string;
  value: Name;
  names: readonly Name[];
  nameOf: (name: Name) => string;
  onChange: (name: Name) => void;
}

export function Choice<Name extends string>({ label, value, names, nameOf, onChange }: Props<Name>) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as Name)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {nameOf(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
