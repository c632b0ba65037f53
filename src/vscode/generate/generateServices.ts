import type { RivyaClient } from '../../api/client.ts';
import type { Library } from '../../core/assets/library.ts';
import type { ChatStore } from '../../core/chat/chatStore.ts';
import type { RecentOrders } from '../../core/generate/recentOrders.ts';
import type { Pictures } from '../../core/media/pictures.ts';
import type { ModelCatalogue } from '../../core/models/modelCatalogue.ts';
import type { SenderAccount } from '../../core/paidRequest/accountMarks.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { Runner } from '../../core/tasks/runner.ts';
import type { HostContext } from '../host/hostContext.ts';
import type { Announcer } from '../orders/announcer.ts';
import type { Placer } from '../placement/placer.ts';
import type { Documents } from '../placement/documents.ts';
import type { FileRecipes } from '../recipeFiles/fileRecipes.ts';
import type { ResultRecipes } from '../recipeFiles/resultRecipes.ts';

/** What making jobs needs. */
export interface GenerateServices extends HostContext, Documents {
  readonly ledger: Ledger;
  readonly library: Library;
  readonly pictures: Pictures;
  readonly catalogue: ModelCatalogue;
  readonly runner: Runner;
  readonly placer: Placer;
  readonly announcer: Announcer;
  readonly recentOrders: RecentOrders;
  /** Writes the recipes of results. */
  readonly recipes: ResultRecipes;
  /** Reads the recipes of files. */
  readonly fileRecipes: FileRecipes;
  /** What other machines of this person have noted as spent at a server since then, in credits. */
  readonly spentElsewhere: (origin: string, since: number) => number;
  /** The stored chats, opened on first need. @throws when the storage folder cannot be used */
  readonly chats: () => Promise<ChatStore>;
  /** The client of a server that this window can reach; undefined for any other. */
  readonly clientOf: (origin: string) => RivyaClient | undefined;
  /** The account that an origin is asked for, as far as its API key tells. */
  readonly accountOf: (origin: string) => SenderAccount;
}
