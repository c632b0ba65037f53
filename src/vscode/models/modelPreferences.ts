import type { Memento } from 'vscode';
import type { ModelOrder } from '../../core/models/usableModels.ts';

const favouritesKey = 'rivya.models.favourites';
const orderKey = 'rivya.models.order';

/** Which models a person likes, and in which order they want to see them; on all of their computers. */
export class ModelPreferences {
  readonly #memory: Memento;

  constructor(memory: Memento) {
    this.#memory = memory;
  }

  /** Ids of models, in the order in which they were added. */
  get favourites(): readonly string[] {
    return this.#memory.get<string[]>(favouritesKey, []);
  }

  /** Adds a model to the favourites, or takes it from them. */
  toggle(id: string): void {
    const others = this.favourites.filter(each => each !== id);
    const isFavourite = others.length < this.favourites.length;
    void this.#memory.update(favouritesKey, isFavourite ? others : [...others, id]);
  }

  get order(): ModelOrder {
    return this.#memory.get<ModelOrder>(orderKey, 'name') === 'price' ? 'price' : 'name';
  }

  set order(order: ModelOrder) {
    void this.#memory.update(orderKey, order);
  }
}
