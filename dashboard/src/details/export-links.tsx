/** Not available behind a shared link. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import type { Tab } from '../panels/panel.ts';
import { Problem } from '../parts/problem.tsx';
import { session } from '../session.ts';
import { csvAddress, writeWorkbook } from './export-file.ts';

/** As if the user had clicked a link to the file. */
function download(address: string): void {
  const link = Object.assign(document.createElement('a'), { href: address, download: '' });
  link.click();
}

function WorkbookButton({ tab }: { tab: Tab }) {
  const [problem, setProblem] = useState<unknown>();
  const [isWriting, setIsWriting] = useState(false);
  const controller = useRef(new AbortController());
  useEffect(() => () => controller.current.abort(), []);
  const write = async () => {
    setProblem(undefined);
    setIsWriting(true);
    const address = await writeWorkbook(tab, controller.current.signal).catch(
      (error: unknown) => void setProblem(error),
    );
    setIsWriting(false);
    if (address) download(address);
  };
  return (
    <>
      <button type="button" class="more" disabled={isWriting} onClick={write}>
        {t('export.xlsx')}
      </button>
      <span role="status">{isWriting ? t('export.writing') : ''}</span>
      {problem ? <Problem problem={problem} /> : null}
    </>
  );
}

export function ExportLinks({ tab }: { tab: Tab }) {
  if (session.value?.auth === 'share') return null;
  return (
    <div class="exports">
      <a class="more" href={csvAddress(tab)} download>
        {t('export.csv')}
      </a>
      <WorkbookButton tab={tab} />
    </div>
  );
}
