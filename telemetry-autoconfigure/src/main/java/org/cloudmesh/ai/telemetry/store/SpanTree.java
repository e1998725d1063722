package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of a trace together to spans, and finds how deep each lies.
 *
 * <p>The record of a start is one span with the record of its end. Of several other records of one span, that with a
 * duration is the span, and the others lie in it. A span whose parent never came is a root. Of spans that are each
 * other's parents, the one that began first is a root. Used by one thread.
 */
final class SpanTree {

    private static final int UNKNOWN = -1;

    private final List<Node> nodes = new ArrayList<>();

    private final Map<String, Node> owners = new HashMap<>();

    private SpanTree(Collection<TracedRecord> records) {
        for (TracedRecord record : withoutStarts(records)) {
            Node node = new Node(record);
            this.nodes.add(node);
            String span = record.span();
            if (span != null) {
                this.owners.merge(span, node, (one, other) -> rank(other) < rank(one) ? other : one);
            }
        }
    }

    /** Returns the spans in order of start, parents before children. */
    static List<Trace.Span> of(Collection<TracedRecord> records) {
        SpanTree tree = new SpanTree(records);
        tree.nodes.forEach(tree::findDepth);
        return tree.nodes.stream()
                .sorted(Comparator.comparingLong((Node node) -> node.record.start())
                        .thenComparingInt((node) -> node.depth)
                        .thenComparing((node) -> node.record, TracedRecord.ORDER))
                .map(Node::toSpan)
                .toList();
    }

    private static List<TracedRecord> withoutStarts(Collection<TracedRecord> records) {
        record Key(String span, @Nullable String event) {}
        List<TracedRecord> sorted = records.stream().sorted(TracedRecord.ORDER).toList();
        Map<Key, Deque<TracedRecord>> starts = new HashMap<>();
        for (TracedRecord record : sorted) {
            String span = record.span();
            if (record.isStart() && span != null) {
                starts.computeIfAbsent(new Key(span, record.record().event()), (key) -> new ArrayDeque<>())
                        .add(record);
            }
        }
        List<TracedRecord> spans = new ArrayList<>();
        for (TracedRecord record : sorted) {
            String span = record.span();
            if (record.isStart() && span != null) {
                continue;
            }
            Deque<TracedRecord> began = span == null
                    ? null
                    : starts.get(new Key(span, record.record().event()));
            TracedRecord start = began == null ? null : began.poll();
            spans.add(start == null ? record : record.startedBy(start));
        }
        starts.values().forEach(spans::addAll);
        spans.sort(TracedRecord.ORDER);
        return spans;
    }

    private static int rank(Node node) {
        return node.record.duration() >= 0 ? 0 : node.record.isStart() ? 1 : 2;
    }

    private void findDepth(Node node) {
        while (node.depth == UNKNOWN) {
            List<Node> path = new ArrayList<>();
            Node at = node;
            while (at != null && at.depth == UNKNOWN && !at.onPath) {
                at.onPath = true;
                path.add(at);
                at = parent(at);
            }
            path.forEach((each) -> each.onPath = false);
            if (at != null && at.depth == UNKNOWN) {
                // Goes round in a circle, which begins anew with one of them at the root.
                path.subList(path.indexOf(at), path.size()).stream()
                        .min(Comparator.comparing((each) -> each.record, TracedRecord.ORDER))
                        .orElse(at)
                        .depth = 0;
                continue;
            }
            int depth = at == null ? UNKNOWN : at.depth;
            for (int i = path.size() - 1; i >= 0; i--) {
                path.get(i).depth = ++depth;
            }
        }
    }

    private @Nullable Node parent(Node node) {
        String span = node.record.span();
        Node owner = span == null ? null : this.owners.get(span);
        if (owner != null && owner != node) {
            return owner;
        }
        String parent = node.record.parent();
        return parent == null ? null : this.owners.get(parent);
    }

    private static final class Node {

        private final TracedRecord record;

        private int depth = UNKNOWN;

        private boolean onPath;

        Node(TracedRecord record) {
            this.record = record;
        }

        Trace.Span toSpan() {
            long duration = this.record.duration();
            return new Trace.Span(
                    this.record.record().id(),
                    this.record.span(),
                    this.record.parent(),
                    this.depth,
                    this.record.record().event(),
                    this.record.record().status().value(),
                    EpochMicros.instant(this.record.start()),
                    duration < 0 ? null : duration / 1e6,
                    this.record.record().metrics(),
                    this.record.record().attributes());
        }
    }
}
