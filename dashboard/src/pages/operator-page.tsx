/** For the operator of this Millrace: backlog, throughput and accounting. */
import { t } from '../i18n/text.ts';
import { AccountingTable } from '../operator/accounting.tsx';
import { Queues } from '../operator/queues.tsx';
import { Header } from '../parts/header.tsx';
import { Main } from '../parts/main.tsx';
import { canOperate } from '../session.ts';

export function OperatorPage() {
  return (
    <>
      <Header>
        <h1>{t('operator')}</h1>
      </Header>
      <Main>
        {canOperate() ? (
          <>
            <Queues />
            <AccountingTable />
          </>
        ) : (
          <p>{t('operator.forbidden')}</p>
        )}
      </Main>
    </>
  );
}
