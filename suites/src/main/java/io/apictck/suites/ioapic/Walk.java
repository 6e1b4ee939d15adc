package io.apictck.suites.ioapic;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sequences that go through every transition of an automaton up to a depth: from each state
 * that can be reached from an idle one by fewer operations than the depth, every operation.
 */
final class Walk {
  /** A sequence goes on while there is something new near by, but not longer. */
  private static final int LONGEST = 20;

  private final LifeCycle automaton;
  private final Map<LifeCycleState, Node> known = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Sequence> sequences = new ArrayList<>();
  private int transitions;

  private Walk(LifeCycle automaton) {
    this.automaton = automaton;
  }

  /** A state, how it is reached first, and where its operations lead. */
  private static final class Node {
    final LifeCycleState state;
    final Node parent;
    final Operation by;
    final List<Operation> operations = new ArrayList<>();
    final List<Node> targets = new ArrayList<>();
    final BitSet done = new BitSet();
    boolean expanded;

    Node(LifeCycleState state, Node parent, Operation by) {
      this.state = state;
      this.parent = parent;
      this.by = by;
    }

    int fresh() {
      int next = done.nextClearBit(0);
      return next < operations.size() ? next : -1;
    }
  }

  /** The walk of an automaton from idle states. */
  static Walk of(LifeCycle automaton, List<LifeCycleState> starts, int depth) {
    Walk walk = new Walk(automaton);
    walk.explore(starts, depth);
    for (Node node : walk.nodes) {
      while (node.fresh() >= 0) {
        walk.sequences.add(walk.sequence(node));
      }
    }
    return walk;
  }

  /** Every sequence of so many operations, shorter ones where a transition is open. */
  static List<Sequence> all(LifeCycle automaton, LifeCycleState start, int length) {
    List<Sequence> sequences = new ArrayList<>();
    extend(automaton, start, start, new ArrayList<>(), length, sequences);
    return sequences;
  }

  private static void extend(
      LifeCycle automaton,
      LifeCycleState start,
      LifeCycleState state,
      List<Operation> path,
      int left,
      List<Sequence> sequences) {
    for (Operation operation : automaton.operations(state)) {
      path.add(operation);
      LifeCycle.Outcome outcome = automaton.after(state, operation);
      if (left == 1 || outcome.open()) {
        sequences.add(new Sequence(start, path));
      } else {
        extend(automaton, start, outcome.next(), path, left - 1, sequences);
      }
      path.removeLast();
    }
  }

  /** The sequences. */
  List<Sequence> sequences() {
    return Collections.unmodifiableList(sequences);
  }

  /** How many states they go through. */
  int states() {
    return nodes.size();
  }

  /** How many transitions they go through. */
  int transitions() {
    return transitions;
  }

  private void explore(List<LifeCycleState> starts, int depth) {
    for (LifeCycleState start : starts) {
      add(new Node(start, null, null));
    }
    int first = 0;
    for (int level = 0; level < depth; level++) {
      int end = nodes.size();
      for (; first < end; first++) {
        expand(nodes.get(first));
      }
    }
  }

  private void add(Node node) {
    known.put(node.state, node);
    nodes.add(node);
  }

  private void expand(Node node) {
    node.expanded = true;
    for (Operation operation : automaton.operations(node.state)) {
      LifeCycle.Outcome outcome = automaton.after(node.state, operation);
      Node target = null;
      if (!outcome.open()) {
        target = known.get(outcome.next());
        if (target == null) {
          target = new Node(outcome.next(), node, operation);
          add(target);
        }
      }
      node.operations.add(operation);
      node.targets.add(target);
      transitions++;
    }
  }

  /** The ways back from a state at the depth of the walk; they are not part of it. */
  private void findWaysBack(Node node) {
    node.expanded = true;
    for (Operation operation : automaton.operations(node.state)) {
      LifeCycle.Outcome outcome = automaton.after(node.state, operation);
      Node target = outcome.open() ? null : known.get(outcome.next());
      if (target != null) {
        node.done.set(node.operations.size());
        node.operations.add(operation);
        node.targets.add(target);
      }
    }
  }

  /** The shortest way to a node, then whatever is new. */
  private Sequence sequence(Node to) {
    List<Operation> path = new ArrayList<>();
    Node start = to;
    for (; start.parent != null; start = start.parent) {
      path.addFirst(start.by);
    }
    Node node = to;
    while (node != null && path.size() < LONGEST) {
      int operation = node.fresh();
      if (operation < 0) {
        operation = towardsFresh(node);
      }
      if (operation < 0) {
        break;
      }
      node.done.set(operation);
      path.add(node.operations.get(operation));
      node = node.targets.get(operation);
    }
    return new Sequence(start.state, path);
  }

  /** The first operation of a short way to something new, negative if there is none. */
  private int towardsFresh(Node node) {
    ways(node);
    for (int operation = 0; operation < node.targets.size(); operation++) {
      Node target = node.targets.get(operation);
      if (target != null && target.fresh() >= 0) {
        return operation;
      }
    }
    for (int operation = 0; operation < node.targets.size(); operation++) {
      Node target = node.targets.get(operation);
      if (target != null && leadsToFresh(target)) {
        return operation;
      }
    }
    return -1;
  }

  private boolean leadsToFresh(Node node) {
    ways(node);
    for (Node target : node.targets) {
      if (target != null && target.fresh() >= 0) {
        return true;
      }
    }
    return false;
  }

  private void ways(Node node) {
    if (!node.expanded) {
      findWaysBack(node);
    }
  }
}
