package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.Arrays;

/** The members of an object within a line: names, and where the values are. Used again for each line. */
abstract class LineMembers {

    byte[] json = {};

    int count;

    String[] names = new String[16];

    int[] valueFrom = new int[16];

    int[] valueTo = new int[16];

    final void begin(byte[] json) {
        this.json = json;
        this.count = 0;
    }

    final void add(String name, int from, int to) {
        int index = this.count++;
        if (index == this.names.length) {
            this.names = Arrays.copyOf(this.names, 2 * index);
            this.valueFrom = Arrays.copyOf(this.valueFrom, 2 * index);
            this.valueTo = Arrays.copyOf(this.valueTo, 2 * index);
        }
        this.names[index] = name;
        this.valueFrom[index] = from;
        this.valueTo[index] = to;
    }
}
