/** An input that commits on blur or Enter and is not overwritten while the user types. */
import { useEffect, useState } from 'preact/hooks';

interface Props {
  value: string;
  onCommit: (value: string) => void;
  /** Not needed inside a label. */
  'aria-label'?: string;
  'aria-describedby'?: string;
  id?: string;
  type?: 'text' | 'number' | 'url';
  /** Id of a datalist. */
  list?: string;
  placeholder?: string;
  maxLength?: number;
  min?: number;
  max?: number;
}

export function TextField({ value, onCommit, type = 'text', ...rest }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <input
      {...rest}
      type={type}
      value={text}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => setText(event.currentTarget.value)}
      onChange={(event) => {
        if (event.currentTarget.value !== value) onCommit(event.currentTarget.value);
      }}
    />
  );
}
