// The series picker: a combobox over the names the database knows, searched there.

export class Picker {
  /** @param choose called with the name of the series that was picked */
  constructor(search, choose) {
    this.input = document.getElementById('search');
    this.list = document.getElementById('matches');
    this.search = search;
    this.choose = choose;
    this.names = [];
    this.active = -1;
    this.asked = 0;
    this.input.addEventListener('focus', () => { this.input.select(); this.ask(''); });
    this.input.addEventListener('input', () => this.ask(this.input.value.trim()));
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => this.close());
    // before the input loses its focus, which would close the list
    this.list.addEventListener('mousedown', (event) => {
      event.preventDefault();
      this.pick(this.names[[...this.list.children].indexOf(event.target)]);
    });
  }

  show(series) {
    this.chosen = series;
    this.input.value = series;
  }

  async ask(text) {
    const question = ++this.asked;
    const names = await this.search(text);
    if (question !== this.asked || document.activeElement !== this.input) return;
    this.names = names;
    this.active = Math.max(0, names.indexOf(this.chosen));
    this.draw();
  }

  draw() {
    const rows = this.names.map((name, i) => {
      const row = document.createElement('li');
      row.id = `match-${i}`;
      row.role = 'option';
      row.textContent = name;
      row.setAttribute('aria-selected', String(i === this.active));
      return row;
    });
    if (rows.length === 0) {
      const none = document.createElement('li');
      none.className = 'none';
      none.textContent = 'no series of that name';
      rows.push(none);
    }
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.input.setAttribute('aria-activedescendant', `match-${this.active}`);
    rows[this.active]?.scrollIntoView({ block: 'nearest' });
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      const last = this.names.length - 1;
      this.active = Math.min(last, Math.max(0, this.active + steps[event.key]));
      this.draw();
      event.preventDefault();
    } else if (event.key === 'Enter') {
      this.pick(this.names[this.active]);
    } else if (event.key === 'Escape') {
      this.input.blur();
    }
  }

  pick(name) {
    if (!name) return;
    this.show(name);
    this.input.blur();
    this.choose(name);
  }

  close() {
    this.asked++;
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
    this.input.value = this.chosen ?? '';
  }
}
