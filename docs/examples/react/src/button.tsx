import type { ReactNode } from 'react';

interface Props {
  children: ReactNode;
  className?: string;
  isOff?: boolean;
  onClick: () => void;
}

/** Unlike a disabled one, a button that is off keeps the focus. */
export function Button({ children, className, isOff = false, onClick }: Props): ReactNode {
  return (
    <button type="button" className={className} aria-disabled={isOff} onClick={isOff ? undefined : onClick}>
      {children}
    </button>
  );
}
