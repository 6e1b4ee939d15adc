/*
 * A pair of 8259 interrupt controllers with edge/level control registers, and an I/O APIC with 24
 * inputs, as a chip of its own: it speaks the chip protocol (docs/chip-protocol.md) on standard
 * input and output. Copy it as a start for your own.
 *
 *   cc -std=c11 -O2 -o pic-ioapic pic-ioapic.c
 *   apic-tck run --target chip:./pic-ioapic
 *
 * Wiring, as in a PC: a global system interrupt (GSI) is an input of the I/O APIC; GSI 1 to 15 are
 * also ISA interrupts of that number, but ISA interrupt 0 is GSI 2. INTR of the 8259 pair is wired
 * to input 0 of the I/O APIC, and goes to LINT0 of the processors, which the kit takes care of.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- 8259 ------------------------------------------------------------------------------------ */

enum { NONE = -1, LEVELS = 8, CASCADE = 2 };

/* What the next write to the odd port is. */
enum step { MASK, ICW2, ICW3, ICW4 };

struct pic {
  uint8_t line;           /* inputs */
  uint8_t edge;           /* edges that wait for their acknowledge */
  uint8_t level;          /* inputs that are level-triggered */
  uint8_t mask;           /* IMR */
  uint8_t in_service;     /* ISR */
  uint8_t icw1, icw2, icw4;
  uint8_t lowest;         /* level of lowest priority */
  enum step step;
  bool initialized, read_isr, poll, special_mask, rotate_in_aeoi;
};

static struct pic master, slave;
static uint8_t elcr[2];
static bool intr;

static uint8_t requests(const struct pic *p) { return p->edge | (p->line & p->level); }

static void initialize(struct pic *p, uint8_t icw1) {
  p->icw1 = icw1;
  p->icw4 = 0;
  p->step = ICW2;
  p->initialized = false;
  p->edge = p->mask = p->in_service = 0;
  p->lowest = LEVELS - 1;
  p->read_isr = p->poll = p->special_mask = p->rotate_in_aeoi = false;
}

static void drive(struct pic *p, int input, bool active) {
  uint8_t bit = (uint8_t)(1u << input);
  if (active) {
    if (!(p->line & bit)) p->edge |= bit & (uint8_t)~p->level;
    p->line |= bit;
  } else { /* a request that nobody acknowledged goes with its line */
    p->line &= (uint8_t)~bit;
    p->edge &= (uint8_t)~bit;
  }
}

/* Levels in service that keep lower ones away: not the masked ones in special mask mode. */
static uint8_t inhibiting(const struct pic *p) {
  return p->special_mask ? p->in_service & (uint8_t)~p->mask : p->in_service;
}

/* The level at a place in the present order of priorities, 0 is highest. */
static int ranked(const struct pic *p, int rank) { return (p->lowest + 1 + rank) % LEVELS; }

static int highest(const struct pic *p, uint8_t set) {
  for (int rank = 0; rank < LEVELS; rank++) {
    if (set >> ranked(p, rank) & 1) return ranked(p, rank);
  }
  return NONE;
}

/* The level that INT stands for. */
static int requested(const struct pic *p) {
  if (!p->initialized) return NONE;
  uint8_t pending = requests(p) & (uint8_t)~p->mask;
  for (int rank = 0; rank < LEVELS; rank++) {
    int level = ranked(p, rank);
    bool wants = pending >> level & 1;
    if (inhibiting(p) >> level & 1) {
      /* special fully nested mode: a slave in service may ask again */
      bool nests = p == &master && level == CASCADE && (p->icw4 & 0x10);
      return wants && nests ? level : NONE;
    }
    if (wants) return level;
  }
  return NONE;
}

static int acknowledge(struct pic *p) {
  int level = requested(p);
  if (level == NONE) return NONE;
  uint8_t bit = (uint8_t)(1u << level);
  p->edge &= (uint8_t)~bit;
  if (!(p->icw4 & 0x02)) {
    p->in_service |= bit;
  } else if (p->rotate_in_aeoi) {
    p->lowest = (uint8_t)level;
  }
  return level;
}

/* Without a request the chip answers with level 7. */
static int vector(const struct pic *p, int level) {
  return (p->icw2 & 0xF8) | (level == NONE ? LEVELS - 1 : level);
}

static uint8_t read_even(struct pic *p) {
  if (p->poll) {
    p->poll = false;
    int level = acknowledge(p);
    return level == NONE ? 0 : (uint8_t)(0x80 | level);
  }
  return p->read_isr ? p->in_service : requests(p);
}

static void end_of_interrupt(struct pic *p, int level, bool rotate) {
  if (level == NONE) return;
  p->in_service &= (uint8_t) ~(1u << level);
  if (rotate) p->lowest = (uint8_t)level;
}

static void write_even(struct pic *p, uint8_t word) {
  if (word & 0x10) {
    initialize(p, word);
  } else if (word & 0x08) { /* OCW3 */
    if (word & 0x40) p->special_mask = word & 0x20;
    if (word & 0x02) p->read_isr = word & 0x01;
    if (word & 0x04) p->poll = true;
  } else { /* OCW2 */
    int level = word & 7;
    switch (word >> 5) {
      case 0: p->rotate_in_aeoi = false; break;
      case 1: end_of_interrupt(p, highest(p, inhibiting(p)), false); break;
      case 3: end_of_interrupt(p, level, false); break;
      case 4: p->rotate_in_aeoi = true; break;
      case 5: end_of_interrupt(p, highest(p, inhibiting(p)), true); break;
      case 6: p->lowest = (uint8_t)level; break;
      case 7: end_of_interrupt(p, level, true); break;
      default: break;
    }
  }
}

static void write_odd(struct pic *p, uint8_t word) {
  enum step after_icw3 = p->icw1 & 0x01 ? ICW4 : MASK;
  switch (p->step) {
    case MASK: p->mask = word; return;
    case ICW2:
      p->icw2 = word;
      p->step = p->icw1 & 0x02 ? after_icw3 : ICW3;
      break;
    case ICW3: p->step = after_icw3; break;
    case ICW4:
      p->icw4 = word;
      p->step = MASK;
      break;
  }
  if (p->step == MASK) p->initialized = true;
}

static void set_elcr(int which, uint8_t value) {
  struct pic *p = which ? &slave : &master;
  elcr[which] = value & (which ? 0xDE : 0xF8);
  /* input 2 of the master follows the slave as a level */
  uint8_t level = elcr[which] | (which ? 0 : 1u << CASCADE);
  p->edge &= (uint8_t) ~(level ^ p->level);
  p->level = level;
}

/* ---- I/O APIC -------------------------------------------------------------------------------- */

#define IO_APIC UINT64_C(0xFEC00000)
#define WRITABLE UINT64_C(0xFF0000000001AFFF)
#define MASKED (UINT64_C(1) << 16)
#define LEVEL_TRIGGERED (UINT64_C(1) << 15)
#define REMOTE_IRR (UINT64_C(1) << 14)

enum { INPUTS = 24, VERSION = 0x20 };

static uint64_t entry[INPUTS];
static bool input[INPUTS];
static uint8_t selected;
static uint32_t id, arbitration_id;

static bool send(uint32_t address, uint32_t data); /* below: asks the kit */

static int delivery_mode(uint64_t e) { return (int)(e >> 8 & 7); }

/* Only Fixed and lowest priority can be level-triggered. */
static bool is_level(uint64_t e) { return (e & LEVEL_TRIGGERED) && delivery_mode(e) <= 1; }

/* Sends the message of an entry; whether a local APIC accepted it. */
static bool send_entry(uint64_t e) {
  if (delivery_mode(e) == 3 || delivery_mode(e) == 6) return false; /* reserved */
  uint32_t destination = (uint32_t)(e >> 56);
  uint32_t logical = (uint32_t)(e >> 11 & 1);
  uint32_t trigger = is_level(e) ? 1u << 15 : 0;
  return send(0xFEE00000u | destination << 12 | logical << 2,
              (uint32_t)(e & 0x7FF) | 1u << 14 | trigger);
}

/* Sends a level that is active, unless its last message is not ended yet. */
static void request_level(int n) {
  if (is_level(entry[n]) && input[n] && !(entry[n] & (MASKED | REMOTE_IRR)) &&
      send_entry(entry[n])) {
    entry[n] |= REMOTE_IRR;
  }
}

static void set_input(int n, bool active) {
  if (input[n] == active) return;
  input[n] = active;
  if (!active) return;
  if (!is_level(entry[n]) && !(entry[n] & MASKED)) send_entry(entry[n]);
  request_level(n);
}

static void end_level(uint8_t ended) {
  for (int n = 0; n < INPUTS; n++) {
    if ((entry[n] & REMOTE_IRR) && (entry[n] & 0xFF) == ended) {
      entry[n] &= ~REMOTE_IRR;
      request_level(n);
    }
  }
}

static uint32_t read_register(void) {
  int n = (selected - 0x10) / 2;
  if (selected >= 0x10 && n < INPUTS) {
    return (uint32_t)(entry[n] >> (selected & 1 ? 32 : 0));
  }
  switch (selected) {
    case 0: return id;
    case 1: return VERSION | (INPUTS - 1) << 16;
    case 2: return arbitration_id;
    default: return 0;
  }
}

static void write_register(uint32_t value) {
  int n = (selected - 0x10) / 2;
  if (selected >= 0x10 && n < INPUTS) {
    int shift = selected & 1 ? 32 : 0;
    uint64_t half = (uint64_t)UINT32_MAX << shift;
    uint64_t written = (entry[n] & ~half) | (uint64_t)value << shift;
    entry[n] = (written & WRITABLE) | (entry[n] & REMOTE_IRR);
    if (!is_level(entry[n])) entry[n] &= ~REMOTE_IRR;
    request_level(n);
  } else if (selected == 0) {
    id = arbitration_id = value & 0x0F000000;
  }
}

/* ---- Wiring ---------------------------------------------------------------------------------- */

static void set_intr(bool active) {
  if (intr == active) return;
  intr = active;
  printf("pic %d\n", active);
  set_input(0, active);
}

static void update(void) {
  drive(&master, CASCADE, requested(&slave) != NONE);
  set_intr(requested(&master) != NONE);
}

static void set_line(unsigned gsi, bool active) {
  unsigned irq = gsi == 2 ? 0 : gsi;
  if (irq < LEVELS) {
    drive(&master, (int)irq, active);
  } else if (irq < 2 * LEVELS) {
    drive(&slave, (int)irq - LEVELS, active);
  }
  update();
  set_input((int)gsi, active);
}

/* An acknowledge cycle; INTR is low for a moment between two requests. */
static int inta(void) {
  int level = acknowledge(&master);
  int answer = level == CASCADE ? vector(&slave, acknowledge(&slave)) : vector(&master, level);
  set_intr(false);
  update();
  return answer;
}

static uint8_t in_byte(unsigned port) {
  switch (port) {
    case 0x20: return read_even(&master);
    case 0x21: return master.mask;
    case 0xA0: return read_even(&slave);
    case 0xA1: return slave.mask;
    case 0x4D0: return elcr[0];
    case 0x4D1: return elcr[1];
    default: return 0xFF;
  }
}

static void out_byte(unsigned port, uint8_t value) {
  switch (port) {
    case 0x20: write_even(&master, value); break;
    case 0x21: write_odd(&master, value); break;
    case 0xA0: write_even(&slave, value); break;
    case 0xA1: write_odd(&slave, value); break;
    case 0x4D0: set_elcr(0, value); break;
    case 0x4D1: set_elcr(1, value); break;
    default: break;
  }
}

static uint64_t read_page(uint64_t address, unsigned width) {
  uint64_t offset = address - IO_APIC;
  if (offset == 0x00 && width <= 4) return selected;
  return offset == 0x10 && width == 4 ? read_register() : 0;
}

static void write_page(uint64_t address, unsigned width, uint64_t value) {
  uint64_t offset = address - IO_APIC;
  if (offset == 0x00 && width <= 4) selected = (uint8_t)value;
  if (offset == 0x10 && width == 4) write_register((uint32_t)value);
  if (offset == 0x40 && width == 4) end_level((uint8_t)value);
}

static void reset(void) {
  memset(&master, 0, sizeof master);
  memset(&slave, 0, sizeof slave);
  initialize(&master, 0x01);
  initialize(&slave, 0x01);
  master.step = slave.step = MASK; /* but it asks for nothing before its first ICW1 */
  set_elcr(0, 0);
  set_elcr(1, 0);
  intr = false; /* the kit knows that after a reset */
  for (int n = 0; n < INPUTS; n++) {
    entry[n] = MASKED;
    input[n] = false;
  }
  selected = 0;
  id = arbitration_id = 0;
}

/* ---- Protocol -------------------------------------------------------------------------------- */

static char line[0x10000 + 2];

static bool read_line(void) {
  if (!fgets(line, sizeof line, stdin)) return false;
  line[strcspn(line, "\r\n")] = '\0';
  return true;
}

static bool send(uint32_t address, uint32_t data) {
  printf("send %" PRIx32 " %" PRIx32 "\n", address, data);
  fflush(stdout);
  if (!read_line()) exit(0);
  return strcmp(line, "taken 1") == 0;
}

static void hello(const char *version) {
  if (strcmp(version, "1") != 0) {
    puts("err this chip speaks version 1 only");
    return;
  }
  puts("chip 1 1.0 8259 pair and I/O APIC in C");
  puts("has pic elcr intr-at-io-apic io-apic-eoi-register");
  puts("ioapic fec00000 0 18");
  puts("override 0 2 high edge");
  puts("lines 1 17");
  puts("ok");
}

/* The words behind the verb, most of them hexadecimal numbers. */
enum { MAX_WORDS = 5 };

static void serve(void) {
  char *word[MAX_WORDS] = {"", "", "", "", ""};
  uint64_t n[MAX_WORDS] = {0};
  int count = 0;
  for (char *w = strtok(line, " "); w && count < MAX_WORDS; w = strtok(NULL, " ")) {
    n[count] = strtoull(w, NULL, 16);
    word[count++] = w;
  }
  const char *verb = word[0];
  if (strcmp(verb, "hello") == 0) {
    hello(word[1]);
  } else if (strcmp(verb, "reset") == 0) {
    reset();
    puts("ok");
  } else if (strcmp(verb, "in") == 0) { /* in CPU PORT WIDTH */
    uint32_t value = 0;
    for (unsigned i = 0; i < n[3] && i < 4; i++) {
      value |= (uint32_t)in_byte((unsigned)n[2] + i) << 8 * i;
    }
    update(); /* a poll acknowledges */
    printf("ok %" PRIx32 "\n", value);
  } else if (strcmp(verb, "out") == 0) { /* out CPU PORT WIDTH VALUE */
    for (unsigned i = 0; i < n[3] && i < 4; i++) {
      out_byte((unsigned)n[2] + i, (uint8_t)(n[4] >> 8 * i));
    }
    update();
    puts("ok");
  } else if (strcmp(verb, "read") == 0) { /* read CPU ADDRESS WIDTH */
    printf("ok %" PRIx64 "\n", read_page(n[2], (unsigned)n[3]));
  } else if (strcmp(verb, "write") == 0) { /* write CPU ADDRESS WIDTH VALUE */
    write_page(n[2], (unsigned)n[3], n[4]);
    puts("ok");
  } else if (strcmp(verb, "line") == 0 && n[1] < INPUTS) { /* line GSI LEVEL */
    set_line((unsigned)n[1], n[2] != 0);
    puts("ok");
  } else if (strcmp(verb, "inta") == 0) {
    printf("ok %x\n", (unsigned)inta());
  } else if (strcmp(verb, "eoi") == 0) { /* eoi VECTOR */
    end_level((uint8_t)n[1]);
    puts("ok");
  } else {
    puts("err this chip does not do that");
  }
}

int main(void) {
  reset();
  while (read_line()) {
    serve();
    fflush(stdout);
  }
  return 0;
}
