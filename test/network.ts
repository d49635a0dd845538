import nock from 'nock';

// Loaded before anything captures `fetch`: a test that reaches beyond loopback fails instead of depending on the network.
nock.disableNetConnect();
nock.enableNetConnect(/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/);
